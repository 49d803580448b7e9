"""The folded text by which initiatives are found."""

from django.db import migrations, models

from records.texts import fold_rows
from records.triggers import INTERVAL, protect_again, unprotect


class Migration(migrations.Migration):

    dependencies = [
        ('initiatives', '0003_answers_of_departments'),
    ]

    operations = [
        unprotect(INTERVAL, "initiatives_initiativeversion"),
        migrations.AddField(
            model_name='initiative',
            name='search_text',
            field=models.TextField(blank=True, default='', editable=False),
        ),
        migrations.AddField(
            model_name='initiativeversion',
            name='search_text',
            field=models.TextField(blank=True, default='', editable=False),
        ),
        fold_rows("initiatives", initiative=(("title",), ("summary",)), initiativeversion=(("title",), ("summary",))),
        protect_again(INTERVAL, "initiatives_initiativeversion"),
    ]
