"""One module per figure of the table; each gives its results and cleans up after itself."""
