from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("demo", "0001_table")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE sample_of_a_test ADD COLUMN words text", "ALTER TABLE sample_of_a_test DROP COLUMN words"
        )
    ]
