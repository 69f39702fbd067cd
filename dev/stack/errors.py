"""The one expected failure of the stack."""


class StackError(Exception):
    """The stack cannot do what was asked. The message is one clear sentence for a person."""
