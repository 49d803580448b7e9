"""What mails about an account say of its second step at sign-in."""

from people.mails import TOLD

TOLD.update(
    {
        "factor.app_added": "An authenticator app was set up for signing in to your account.",
        "factor.app_removed": "The authenticator app was taken off your account.",
        "factor.key_added": "A passkey was set up for signing in to your account.",
        "factor.key_removed": "A passkey was taken off your account.",
        "factor.codes_renewed": "New recovery codes were made for your account. The old ones work no more.",
        "factor.code_used": "A recovery code was used to sign in to your account. It works no more.",
        "factor.taken_off": "The second step at sign-in was taken off your account. Set up a new one on your profile.",
    }
)
