"""The conversation about one status update: a page that reads like one, and a form below it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from initiatives.forms.comments import CommentCorrectionForm, CommentForm
from initiatives.models import Comment, StatusUpdate
from initiatives.selectors.comments import CommentRow, newest_of, thread_of
from initiatives.services import add_comment, correct_comment, withdraw_comment
from initiatives.views.as_of import on_day, speaks_for_a_day
from initiatives.views.lookups import crumbs, get_update_or_404
from people.models import User
from records.asof import AsOf
from web.pages import answer_button, answer_form, form_for
from web.requests import act_of, user_of


@require_http_methods(["GET", "POST"])
@speaks_for_a_day
def status_update_comments(request: HttpRequest, pk: int, *, when: AsOf) -> HttpResponse:
    """What was said about an update, and the place to answer. `?as_of=` shows what stood there on a day.

    `?answers=` names the comment that is answered, as the digest's link does: the field has the focus, and the answer
    is for whoever said it. No `#` is needed for that, so it outlives the sign-in, and works without JavaScript.
    """
    update, user = get_update_or_404(request, pk, needs="view_initiative"), user_of(request)
    shown = newest_of(update, when)
    if shown is None:
        raise Http404
    may_say = when.is_live and user.has_perm("initiatives.add_comment", shown)
    if request.method == "POST" and not may_say:
        raise PermissionDenied
    thread = thread_of(shown, when)
    answers = next((row for row in thread if str(row.id) == request.GET.get("answers")), None)
    initial = _answered(answers or (thread[-1] if thread else None), user)
    form = form_for(request, CommentForm, initial=initial, plan_access=shown.plan_access_id)
    if answers is not None:
        form.fields["text"].widget.attrs["autofocus"] = True
    context = {
        **on_day(request, when),
        "initiative": shown.initiative,
        "update": shown,
        "comments": [(row, _allowed(user, shown, row, when)) for row in thread],
        "may_say": may_say,
        "breadcrumb": crumbs(shown.initiative, "Comments"),
    }

    def save() -> str:
        comment = add_comment(update=shown, **form.values("text", "mentioned"), act=act_of(request))
        told = f" {comment.mentioned} finds it in the next digest." if comment.mentioned else ""
        messages.success(request, f"Your comment is there.{told}")
        return _address(comment)

    return answer_form(request, form=form, save=save, template="initiatives/comment_thread.html", context=context)


@require_http_methods(["GET", "POST"])
def comment_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Say the same in better words; that it was changed shows."""
    comment = _comment(request, pk, needs="correct_comment")
    form = form_for(request, CommentCorrectionForm, row=comment)

    def save() -> str:
        seen = form.cleaned_data["version"]
        row = correct_comment(comment=comment, text=form.values()["text"], seen_version=seen, act=act_of(request))
        messages.success(request, "Corrected." if row.version != seen else "Nothing was changed.")
        return _address(comment)

    initiative = comment.update.initiative
    context = {
        "title": "Correct your comment", "label": "Save the correction", "back": _address(comment),
        "eyebrow": str(initiative), "breadcrumb": crumbs(initiative, "Correct your comment"),
        "lede": "Both texts stay in the audit log. Nobody is told about it again.",
    }  # fmt: skip
    return answer_form(request, form=form, save=save, template="form.html", context=context)


def comment_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a comment off the page; twice is once."""
    comment = _comment(request, pk, needs="withdraw_comment", also_withdrawn=True)

    def do() -> str:
        withdraw_comment(comment=comment, act=act_of(request))
        return "The comment is withdrawn."

    return answer_button(request, do=do, where=reverse(THREAD, args=[comment.update_id]))


THREAD = "initiatives:status-update-comments"


def _address(comment: Comment) -> str:
    return f"{reverse(THREAD, args=[comment.update_id])}#comment-{comment.pk}"


def _answered(row: CommentRow | None, user: User) -> dict[str, Any]:
    """Whom an answer to this comment is for, unless it says otherwise."""
    return {"mentioned": row.author_id} if row is not None and row.author_id != user.pk else {}


def _allowed(user: User, update: StatusUpdate, shown: CommentRow, when: AsOf) -> dict[str, bool]:
    row = Comment(update=update, author_id=shown.author_id)
    names = ("correct_comment", "withdraw_comment")
    return {name.partition("_")[0]: when.is_live and user.has_perm(f"initiatives.{name}", row) for name in names}


def _comment(request: HttpRequest, pk: int, needs: str, *, also_withdrawn: bool = False) -> Comment:
    rows = Comment.objects.select_related("update__initiative__plan", "update__initiative__goal")
    there = {} if also_withdrawn else {"deleted_at": None}
    row = get_object_or_404(rows, pk=pk, update__initiative__deleted_at=None, **there)
    if not user_of(request).has_perm(f"initiatives.{needs}", row):
        raise PermissionDenied
    return row
