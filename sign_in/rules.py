"""Who may say what groups mean: they can make somebody an administrator."""

import rules

from people.rules import is_administrator

rules.add_perm("sign_in.change_groups", is_administrator)
