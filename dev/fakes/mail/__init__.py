"""A real SMTP server that keeps every mail and delivers none."""
