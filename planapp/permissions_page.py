"""docs/permissions.md, written from the policy itself: the roles, and who may do what by each room's rules.py."""

import ast

from rules.permissions import permissions

from people.roles import DESCRIPTIONS, Role

# What a predicate asks, in words. A predicate without words stops the page, so that none goes unexplained.
WORDS = {
    "is_member": "anybody with a role",
    "reads_plan_of": "given a role everywhere or in this plan",
    "is_plan_manager": "plan manager",
    "is_administrator": "administrator",
    "is_leader": "leadership",
    "can_give_every_role_of": "able to give every role that the person holds or ever held",
    "manages_a_plan": "plan manager of any plan or administrator, who sees what concerns plans of theirs",
    "gives_roles_in_a_plan_to": (
        "plan manager of one plan, who gives and takes roles for it alone, to whoever has a role there or everywhere"
    ),
    "was_let_in_by": "plan manager of the one plan that the person ever had a role for",
    "has_working_role": "anybody with a working role (contributor, liaison, plan manager, administrator)",
    "is_owner": "owner of the initiative",
    "is_contributor": "contributor to the initiative",
    "is_liaison": "liaison, for a department of theirs",
    "is_liaison_of_lead": "liaison of the lead department",
    "is_liaison_of_promise": "liaison of a department with an open commitment to the initiative",
    "is_liaison_of_commitment": "liaison of the department that is asked",
    "is_liaison_who_promised": "liaison of the department, once it has accepted",
    "may_change_milestones_beside": "whoever may change the initiative’s milestones",
    "is_owner_of_milestone": "owner of the milestone",
    "is_owner_of_view": "owner of the view",
    "sees_plan_of_view": "able to read its plan",
    "is_shared": "given a view that is shared",
    "is_liaison_of_milestone": "liaison of the milestone’s department",
    "owns_initiative_of": "owner of the initiative",
    "is_asked_to_own": "asked to own the initiative",
    "is_author": "author of the update",
    "has_speaking_role": "anybody who may comment (contributor, liaison, leadership, plan manager, administrator)",
    "is_author_of_comment": "author of the comment",
    "is_reader_of": "lead of the focus area; of the lead’s own update the owner",
}

HEAD = """# Permissions

Written by `manage.py print_permissions`; a test keeps it true. Default deny: who is not named may not. Pages, API,
exports and templates ask the same question, `user.has_perm(name, object)`.

A role is given for the whole installation, or for one plan; a liaison’s is for a department, everywhere or in one plan.
A role for one plan counts for what belongs to that plan, and for nothing else. Whoever has roles in some plans alone
sees no other plan; an administrator is one for the whole installation. On pages that are about several plans (people,
audit log, change many, hand over, write to many) whoever manages some plans alone sees and does what is about those.
They give and take the roles of their plans; accounts are changed by who manages people for the whole installation.

One exception: who stands in for somebody who is away may answer the mails they get in that place with that person's
right, through the link in the mail alone, until the absence ends. The history names both.

## Roles

| Role | May |
|---|---|
"""


def in_words(name: str) -> str:
    """A predicate's own name, such as "((a & b) | c)", as words: "a who is b; c"."""
    return "; ".join(_in_words(one) for one in _operands(ast.parse(name, mode="eval").body, ast.BitOr))


def _operands(node: ast.expr, operator: type[ast.operator]) -> list[ast.expr]:
    """The operands of a chain of one operator, however it is bracketed."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, operator):
        return _operands(node.left, operator) + _operands(node.right, operator)
    return [node]


def _in_words(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return WORDS[node.id]
    if isinstance(node, ast.UnaryOp):
        return f"not {_in_words(node.operand)}"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return " or ".join(_in_words(one) for one in _operands(node, ast.BitOr))
    return " who is ".join(_in_words(one) for one in _operands(node, ast.BitAnd))


def permissions_page() -> str:
    roles = "".join(f"| {Role(role).label} | {text} |\n" for role, text in DESCRIPTIONS.items())
    rows = "".join(f"| `{name}` | {in_words(rule.name)} |\n" for name, rule in sorted(permissions.items()))
    return f"{HEAD}{roles}\n## Permissions\n\n| Permission | Who |\n|---|---|\n{rows}"
