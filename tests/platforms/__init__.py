"""Stand-ins for the messaging platforms, as strict as the real ones; also run by hand: ``kefu simulate wechat``."""
