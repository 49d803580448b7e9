"""What happens to an import: a file is taken, its columns are answered, it is compared, it is applied."""

from imports.services.answers import answer_columns, answer_words, leave_rows_out, take_rows_again
from imports.services.files import drop_import, remove_old_files, take_file
from imports.services.working import PlanMoved, ask_to_apply, work_on_next

__all__ = [
    "PlanMoved",
    "answer_columns",
    "answer_words",
    "ask_to_apply",
    "drop_import",
    "leave_rows_out",
    "remove_old_files",
    "take_file",
    "take_rows_again",
    "work_on_next",
]
