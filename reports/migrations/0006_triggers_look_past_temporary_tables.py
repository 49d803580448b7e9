"""The functions of the rules are made anew: they look for tables in the schema first, then among temporary ones."""

from django.db import migrations

from records.triggers import FILE, protect_again


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0005_files_elsewhere'),
    ]

    operations = [
        protect_again(FILE, "reports_publishedfile"),
    ]
