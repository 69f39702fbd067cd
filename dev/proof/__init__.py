"""The full counts of every suite that runs small in `make test`, and the record of them."""
