"""The outbox under fire: real processes killed at random while mail flows, a checker outside of them. See README.md."""
