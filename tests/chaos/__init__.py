"""The outbox under fire: real processes, killed at random while mail flows, and a checker outside of them. README.md."""
