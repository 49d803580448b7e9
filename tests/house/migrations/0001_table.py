from django.db import migrations


class Migration(migrations.Migration):
    operations = [migrations.RunSQL("CREATE TABLE sample_of_a_test (id int)", "DROP TABLE sample_of_a_test")]
