"""The mutants: what is taken away, in which words of the source, and the test that has to notice."""

from dataclasses import dataclass

SENDING, MAILS = "outbox/services/sending.py", "reminders/mails.py"
RECOVERY, PLANNING = "outbox/services/recovery.py", "reminders/services/planning.py"
MAILER, QUEUE = "outbox/mailer.py", "jobs/queue.py"
MESSAGES, ITEMS = "outbox/models.py", "reminders/models.py"
TESTS, GUARDS = "tests/reminders/test_sending.py::test_", "tests/reminders/test_guards.py::test_"


@dataclass(frozen=True)
class Mutant:
    name: str
    test: str
    edits: tuple[tuple[str, str, str], ...]  # file, what stands there exactly once, what stands there then


def mutant(name: str, test: str, *edits: tuple[str, str, str]) -> Mutant:
    return Mutant(name, test, edits)


# These run with every test run, those of MORE by hand: each costs the start of a test session.
MUTANTS = [
    mutant(
        "fence not asked when settling",
        TESTS + "a_sender_that_lost_its_lease_settles_nothing",
        (
            QUEUE,
            'held: dict[str, Any] = {"pk": job.pk, "fence": job.fence, "state__in": states}',
            'held: dict[str, Any] = {"pk": job.pk}',
        ),
    ),
    mutant(
        "lease not asked before the intent",
        GUARDS + "a_lease_that_ran_out_is_lost_before_anybody_took_it_back",
        (QUEUE, '        held["lease_until__gt"] = Now()\n', ""),
    ),
    mutant(
        "no intent before the hand-over",
        TESTS + "a_server_that_hangs_or_dies_after_data_leaves_it_unknown_and_never_resends",
        (SENDING, '= {"state": State.SENDING, "attempts"', '= {"state": State.CLAIMED, "attempts"'),
        (SENDING, "if not move(message, State.SENDING, **fields)", "if not move(message, State.CLAIMED, **fields)"),
    ),
    mutant(
        "no unique key of an item",
        GUARDS + "the_database_refuses_to_tell_one_thing_twice",
        (
            ITEMS,
            'fields=["person", "kind", "subject_type", "subject_id", "due_date", "step"],',
            'fields=["person", "kind", "subject_type", "subject_id", "due_date", "step", "id"],',
        ),
    ),
    mutant(
        "a second digest a day is planned",
        GUARDS + "what_comes_up_after_the_digest_of_the_day_waits_for_the_next",
        (PLANNING, "            if recipient.person_id in busy:", "            if False:"),
    ),
    mutant(
        "what is done is told all the same",
        "tests/reminders/test_who.py::test_what_changed_between_planning_and_sending_counts",
        (SENDING, "    if verdict.reason:", "    if False:"),
    ),
    mutant(
        "a new Message-ID for each attempt",
        TESTS + "every_attempt_is_the_same_mail_byte_for_byte",
        (MAILER, '"Message-ID": row.message_id,', '"Message-ID": f"<{time.monotonic_ns()}@x>",'),
    ),
    mutant(
        "in doubt and no trace: sent again",
        TESTS + "a_server_that_hangs_or_dies_after_data_leaves_it_unknown_and_never_resends",
        (
            RECOVERY,
            "        if record is None:",
            "        if record is None:\n"
            '            finding = "not at the relay"\n'
            '            fields |= {"state": State.QUEUED, "next_try_at": at}\n'
            "        elif record is None:",
        ),
    ),
    mutant(
        "no pause between attempts",
        GUARDS + "pauses_between_attempts_grow_and_are_kept",
        (SENDING, "pause = back_off(message.attempts, BACK_OFF)", "pause = timedelta(milliseconds=1)"),
    ),
    mutant(
        "a hold holds nothing",
        TESTS + "while_held_nothing_goes_out_and_nothing_is_lost",
        (SENDING, " and not is_held()", ""),
    ),
]
MORE = [
    mutant(
        "recorded as sent before the hand-over",
        TESTS + "b32_not_accepted_not_recorded_and_the_next_run_sends_only_that_one",
        (
            SENDING,
            "        outcome = mailer.hand_over(",
            "        settle(message, Accepted(), at=at)\n        outcome = mailer.hand_over(",
        ),
    ),
    mutant(
        "no unique key of a day's digest",
        GUARDS + "the_database_refuses_a_second_digest_of_a_day",
        (MESSAGES, 'fields=["person", "kind", "key"]', 'fields=["person", "kind", "key", "id"]'),
    ),
    mutant(
        "told to whom it is no longer for",
        "tests/reminders/test_who.py::test_what_changed_between_planning_and_sending_counts",
        (MAILS, "        elif not _is_for(message.person_id, event, directory):", "        elif False:"),
    ),
    mutant(
        "a new date for each attempt",
        TESTS + "every_attempt_is_the_same_mail_byte_for_byte",
        (MAILER, "format_datetime(row.date)", "str(time.monotonic_ns())"),
    ),
    mutant(
        "a trace that cannot be read counts as empty",
        TESTS + "a_trace_that_cannot_be_read_concludes_nothing",
        (
            RECOVERY,
            "        return {}",
            "        accepted = set()",
        ),
    ),
    mutant(
        "the trace is not asked",
        TESTS + "the_relays_log_settles_what_the_sender_left",
        (RECOVERY, "elif message.message_id in accepted:", "elif False:"),
    ),
    mutant(
        "refused for good, tried again",
        TESTS + "a_550_is_not_tried_again_and_temporary_refusals_end_after_five_days",
        (SENDING, "(outcome.is_final or at - message", "(at - message"),
    ),
    mutant(
        "poison is tried for ever",
        TESTS + "a_poison_row_is_set_aside_in_words_and_the_others_go_out",
        (SENDING, "POISON_AFTER = 5", "POISON_AFTER = 5_000"),
    ),
    mutant(
        "a sender that was stopped speaks up",
        GUARDS + "a_sender_stopped_before_the_text_keeps_quiet_and_leaves_it_to_recovery",
        (MAILER, "        if time.monotonic() > before:", "        if False:"),
    ),
]
