"""The web channel: sessions, limits, redaction, the widget, and never a silent turn."""
