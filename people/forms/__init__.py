"""Forms of the people room, and the base every form of a page stands on."""
