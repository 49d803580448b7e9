"""The rooms and how high each stands, for every test that walks through them."""

HEIGHT = {
    "records": 0, "web": 1, "jobs": 2, "outbox": 3, "people": 4, "sign_in": 5, "goals": 5, "initiatives": 6,
    "reports": 7, "reminders": 7, "imports": 7, "public": 8, "search": 8, "planapp": 9, "demo": 10,
}  # fmt: skip
