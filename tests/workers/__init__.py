"""Tests of the workers: real files, real sockets; only the other end of a socket is ours."""
