"""How PostgreSQL reads words for search (records/search_index.py)."""

from django.db import migrations

from records.search_index import prepare_words


class Migration(migrations.Migration):
    dependencies = [("records", "0002_triggers")]
    operations = [prepare_words()]
