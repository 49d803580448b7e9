"""ExportedFile: the fingerprint of a file we handed out, so that the file can be recognised when it comes back."""

from django.db import models

from people.models import User
from reports.models.snapshot import QuarterSnapshot


class ExportedFile(models.Model):
    """One row for each different file; never changed. The file itself is not kept: it can be made again."""

    sha256 = models.CharField(max_length=64, unique=True)
    snapshot = models.ForeignKey(QuarterSnapshot, on_delete=models.PROTECT, related_name="+")
    format = models.CharField(max_length=10)
    is_public = models.BooleanField()
    state = models.CharField(max_length=40)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    exported_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.format} of {self.snapshot}"
