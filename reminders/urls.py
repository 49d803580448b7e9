"""Addresses of the reminders room. `answer` and `unsubscribe` are open: their link is the key."""

from django.urls import path

from reminders.views import answers, messages, one_offs, preferences, reminder_settings

app_name = "reminders"
urlpatterns = [
    path("messages/", messages.message_list, name="message-list"),
    path("messages/<int:pk>/", messages.message_detail, name="message-detail"),
    path("messages/<int:pk>/settle/", messages.message_settle, name="message-settle"),
    path("messages/next/", messages.message_preview, name="message-preview"),
    path("messages/sending/", messages.sending, name="sending"),
    path("messages/test/", messages.message_test, name="message-test"),
    path("messages/mail-folder/", messages.mail_folder, name="mail-folder"),
    path("messages/mail-folder/<str:name>/", messages.mail_detail, name="mail-detail"),
    path("messages/mail-folder/<str:name>/html/", messages.mail_html, name="mail-html"),
    path("messages/one-off/", one_offs.one_off_list, name="one-off-list"),
    path("messages/one-off/<int:pk>/withdraw/", one_offs.one_off_withdraw, name="one-off-withdraw"),
    path("messages/rules/", reminder_settings.settings_list, name="settings-list"),
    path("messages/rules/<slug:slug>/", reminder_settings.escalation_edit, name="escalation-edit"),
    path("messages/preferences/", preferences.preferences, name="preferences"),
    path("answer/<str:token>/", answers.answer, name="answer"),
    path("answer/<str:token>/new-link/", answers.new_link, name="new-link"),
    path("unsubscribe/<str:token>/", preferences.unsubscribe, name="unsubscribe"),
]
