"""Pages say one word for one thing: docs/words.md names the words that were given up, and none of them comes back."""

import re

from django.conf import settings

ROOT = settings.BASE_DIR
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$", re.MULTILINE)
PLACES = (
    "templates/**/*.html",
    "templates/**/*.txt",
    "*/forms.py",
    "*/forms/*.py",
    "*/views.py",
    "*/views/*.py",
    "*/kinds/*.py",
)


def test_no_word_that_was_given_up_comes_back():
    rows = ROW.findall((ROOT / "docs/words.md").read_text())[1:]
    files = [path for place in PLACES for path in ROOT.glob(place) if not path.parts[len(ROOT.parts)].startswith(".")]
    texts = {str(path.relative_to(ROOT)): " ".join(path.read_text().split()) for path in files}
    assert len(rows) >= 8
    assert len(texts) > 150
    assert [(word, name) for _, word in rows for name, text in texts.items() if word in text] == []
