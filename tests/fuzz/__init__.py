"""Questions to the API, made at random from its own description. `make fuzz` asks more of them."""
