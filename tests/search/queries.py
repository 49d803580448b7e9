"""Sixty things that people look for in the sample plan, written down before anything could find them.

Each is what is typed, the kind of thing that is meant, and words that the right one has in its number and title, or in
its text where it has no title. Right is any such one among the first three that are found.
"""

NUMBERS = [
    ("2.3.1", "initiative", "2.3.1 Digital Navigator network"),
    ("4.1.6", "initiative", "4.1.6 Vehicle telematics"),
    (" 3.1.2 ", "initiative", "3.1.2 property.phila.gov"),
    ("2.5.3.", "initiative", "2.5.3 L&I Virtual Inspection"),
    ("2.2", "strategy", "2.2 Philadelphians can access and afford"),
    ("3", "goal", "3 Modernization"),
    ("5.2", "strategy", "5.2 Open data and communication"),
    ("1.2.2 guidance", "initiative", "1.2.2 Staff guidance"),
]
ABBREVIATIONS = [
    ("L&I", "department", "Licenses and Inspections"),
    ("l & i", "department", "Licenses and Inspections"),
    ("OIT", "department", "Office of Innovation and Technology"),
    ("ppr", "department", "Parks and Recreation"),
    ("PS360", "department", "Stat 360"),
    ("KEYSPOT", "initiative", "KEYSPOT"),
    ("I-Net", "initiative", "Institutional network"),
    ("RCO", "initiative", "Registered community organization"),
]
TITLES = [
    ("apprenticeship", "initiative", "OIT Apprenticeship"),
    ("permit navigator", "initiative", "Permit Navigator"),
    ("open data dashboard", "initiative", "Open Data Dashboard"),
    ("libraries", "commitment", "neighborhood libraries"),
    ("recreation center wifi", "initiative", "free Wi-Fi at recreation centers"),
    ("wi-fi finder", "initiative", "Wi-Fi Finder"),
    ("wifi dashboard", "initiative", "Wi-Fi Finder and Dashboard"),
    ("digital equity", "goal", "Digital Equity and Resident Services"),
    ("smart block", "initiative", "SmartBlockPHL"),
    ("vision zero", "initiative", "Vision Zero dashboard"),
    ("kubernetes", "initiative", "Kubernetes"),
    ("payroll", "initiative", "One Philly"),
    ("Mayor's Office for People with Disabilities", "department", "People with Disabilities"),
    ("Mayor’s office", "department", "Mayor"),
    ("newsletter", "initiative", "quarterly newsletter"),
    ("Integration runtime (MuleSoft Runtime Fabric)", "initiative", "Integration runtime"),
]
TYPOS = [
    ("aprenticeship", "initiative", "OIT Apprenticeship"),
    ("permti navigator", "initiative", "Permit Navigator"),
    ("telematcs", "initiative", "Vehicle telematics"),
    ("kubernets", "initiative", "Kubernetes"),
    ("accelarator", "initiative", "Idea Accelerator"),
    ("geocodder", "initiative", "geocoder"),
    ("inovation fund", "initiative", "Innovation Fund"),
    ("resturant inspection", "commitment", "restaurant inspection"),
    ("libary calendar", "commitment", "library calendar"),
    ("licences and inspections", "department", "Licenses and Inspections"),
    ("procurment", "department", "Procurement"),
    ("finacne", "department", "Finance"),
    ("govtv", "initiative", "PHLgovTV"),
]
ACCENTS = [
    ("géocoder", "initiative", "geocoder"),
    ("PHLDonateTéch", "initiative", "PHLDonateTech"),
    ("Ｐｉｔｃｈ", "initiative", "Pitch & Pilot"),
    ("mayorʼs office", "department", "Mayor"),
]
WORDS_OF_UPDATES = [
    ("duplicates fell map picker", "update", "Duplicates fell after the map picker"),
    ("false alarms", "update", "fewer false alarms"),
    ("translator two weeks", "update", "translator for two weeks"),
    ("security keys small departments", "update", "security keys in small departments"),
    ("old street names", "update", "intersections and old street names"),
    ("captions older videos", "update", "captions to older videos"),
]
COMMITMENTS_AND_MILESTONES = [
    ("refuse trucks", "commitment", "remaining refuse trucks"),
    ("data dictionary restaurant", "commitment", "restaurant inspection dataset"),
    ("bill 240383", "milestone", "Bill 240383"),
]
PEOPLE_AND_REPORTS = [
    ("liaison streets", "person", "Liaison, Streets"),
    ("FY2026 Q4", "report", "FY2026 Q4"),
]
QUERIES = [
    *NUMBERS, *ABBREVIATIONS, *TITLES, *TYPOS, *ACCENTS, *WORDS_OF_UPDATES, *COMMITMENTS_AND_MILESTONES,
    *PEOPLE_AND_REPORTS,
]  # fmt: skip
