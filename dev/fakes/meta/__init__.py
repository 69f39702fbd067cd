"""Meta's WhatsApp Cloud API as one business account sees it: sending, health, webhooks."""
