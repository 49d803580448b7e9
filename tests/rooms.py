"""The rooms and how high each stands, for every test that walks through them."""

HEIGHT = {
    "records": 0, "web": 1, "jobs": 2, "people": 3, "goals": 4, "initiatives": 5, "reports": 6, "reminders": 6,
    "public": 7, "planapp": 8, "demo": 9,
}  # fmt: skip
