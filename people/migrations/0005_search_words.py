"""What names a department or a person stands in a line of its own."""

from django.db import migrations, models

from records.texts import fold_rows
from records.triggers import INTERVAL, protect_again, unprotect

WORDS = models.TextField(blank=True, db_default='', default='', editable=False)


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0004_search'),
    ]

    operations = [
        unprotect(INTERVAL, "people_departmentversion", "people_userversion"),
        migrations.AlterField(
            model_name='department', name='search_text', field=WORDS,
        ),
        migrations.AlterField(
            model_name='departmentversion', name='search_text', field=WORDS,
        ),
        migrations.AlterField(
            model_name='user', name='search_text', field=WORDS,
        ),
        migrations.AlterField(
            model_name='userversion', name='search_text', field=WORDS,
        ),
        fold_rows(
            "people",
            department=(("abbreviation", "name"), ()),
            departmentversion=(("abbreviation", "name"), ()),
            user=(("name",), ("email",)),
            userversion=(("name",), ("email",)),
        ),
        protect_again(INTERVAL, "people_departmentversion", "people_userversion"),
    ]
