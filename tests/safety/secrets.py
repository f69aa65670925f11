"""Secrets that open nothing, made from the shapes that their providers publish.

Each is put together from a seed when it is asked for, so that no text in this repository
looks like one. ``parts`` of a planted secret are what only its owner may know: the random
ends, never the prefix by which everybody knows its kind.
"""

import base64
import json
import random
import string
from collections.abc import Callable
from typing import NamedTuple

WORD = string.ascii_letters + string.digits
LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
HEX = "0123456789abcdef"
BASE32 = string.ascii_uppercase + "234567"
BASE64 = WORD + "+/"
URL_SAFE = WORD + "-_"
MARKS = "!?%^*_+~"
DASHES = "-" * 5


class Planted(NamedTuple):
    """A text as people and programs write it, and what in it must be found nowhere."""

    kind: str
    text: str
    parts: tuple[str, ...]


type Make = Callable[[random.Random], tuple[str, str | tuple[str, ...]]]


def some(of: random.Random, length: int, alphabet: str = WORD) -> str:
    """Random signs, of which at least two are digits where the alphabet has any."""
    signs = [of.choice(alphabet) for _ in range(length)]
    digits = [sign for sign in alphabet if sign.isdigit()]
    if digits and length >= 8:
        for place in of.sample(range(1, length - 1), 3):
            signs[place] = of.choice(digits)
    # What is no key of anything may end in any sign, but not in one that reads as the text's.
    ends = [sign for sign in alphabet if sign.isalnum()]
    signs[0], signs[-1] = of.choice(ends), of.choice(ends)
    return "".join(signs)


def uuid(of: random.Random) -> str:
    """Random signs in the form of a UUID."""
    return "-".join(some(of, length, HEX) for length in (8, 4, 4, 4, 12))


def password(of: random.Random) -> str:
    """A password as people choose them: letters, digits and a mark."""
    letters = some(of, 7, string.ascii_letters)
    return f"{letters}{of.choice(MARKS)}{of.randint(100, 9999)}{some(of, 1, string.ascii_letters)}"


def lines(of: random.Random, length: int, width: int = 64) -> str:
    """The body of a key in lines."""
    body = some(of, length, BASE64)
    return "\n".join(body[at : at + width] for at in range(0, length, width))


def encoded(text: str) -> str:
    """Base64 without its padding, as in a token's parts."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def pem(of: random.Random, label: str, length: int) -> tuple[str, tuple[str, ...]]:
    """A private key in armour, and its lines."""
    body = lines(of, length)
    text = f"{DASHES}BEGIN {label}{DASHES}\n{body}\n{DASHES}END {label}{DASHES}"
    return text, tuple(line for line in body.split("\n") if len(line) >= 16)


def jwt(of: random.Random) -> tuple[str, tuple[str, ...]]:
    """A signed token; its header is no secret."""
    header = encoded('{"alg":"HS256","typ":"JWT"}')
    claims = encoded(json.dumps({"sub": some(of, 24), "iat": of.randint(10**9, 2 * 10**9)}))
    signature = some(of, 43, URL_SAFE)
    return f"{header}.{claims}.{signature}", (claims[12:], signature)


def _plain(prefix: str, length: int, alphabet: str = WORD, around: str = "{}") -> Make:
    """A token which its prefix gives away wherever it stands."""

    def make(of: random.Random) -> tuple[str, str]:
        body = some(of, length, alphabet)
        return around.format(prefix + body), body

    return make


def _named(around: str, length: int, alphabet: str = WORD) -> Make:
    """A token which only what stands before it gives away."""
    return _plain("", length, alphabet, around)


def _password(around: str) -> Make:
    def make(of: random.Random) -> tuple[str, str]:
        chosen = password(of)
        return around.format(chosen), chosen

    return make


def _uuid(around: str) -> Make:
    def make(of: random.Random) -> tuple[str, str]:
        made = uuid(of)
        return around.format(made), made

    return make


def _pem(label: str, length: int) -> Make:
    return lambda of: pem(of, label, length)


def _openai(of: random.Random) -> tuple[str, tuple[str, ...]]:
    first, last = some(of, 20), some(of, 20)
    return "sk-" + first + "T3Blbk" + "FJ" + last, (first, last)


def _openai_project(of: random.Random) -> tuple[str, tuple[str, ...]]:
    first, last = some(of, 74, URL_SAFE), some(of, 74, URL_SAFE)
    return "sk-" + "proj-" + first + "T3Blbk" + "FJ" + last, (first, last)


def _fine_grained(of: random.Random) -> tuple[str, tuple[str, ...]]:
    first, last = some(of, 22), some(of, 59)
    return f"github_{'pat'}_{first}_{last}", (first, last)


def _slack(prefix: str) -> Make:
    def make(of: random.Random) -> tuple[str, str]:
        first, second = (some(of, 12, string.digits) for _ in range(2))
        last = some(of, 24)
        return f"{prefix}-{first}-{second}-{last}", last

    return make


def _slack_app(of: random.Random) -> tuple[str, str]:
    last = some(of, 64, HEX)
    return f"{'xapp'}-1-A{some(of, 10, UPPER)}-{some(of, 13, string.digits)}-{last}", last


def _slack_webhook(of: random.Random) -> tuple[str, str]:
    last = some(of, 24)
    place = f"T{some(of, 10, UPPER)}/B{some(of, 10, UPPER)}/{last}"
    return f"curl -X POST https://hooks.slack.{'com'}/services/{place}", last


def _discord(of: random.Random) -> tuple[str, tuple[str, ...]]:
    first, last = some(of, 23), some(of, 38, URL_SAFE)
    return f"DISCORD_BOT_TOKEN=M{first}.G{some(of, 5)}.{last}", (first, last)


def _discord_webhook(of: random.Random) -> tuple[str, str]:
    last = some(of, 68, URL_SAFE)
    return f"https://discord.com/api/webhooks/{some(of, 18, string.digits)}/{last}", last


def _teams_webhook(of: random.Random) -> tuple[str, str]:
    last = some(of, 32, HEX)
    where = f"{uuid(of)}@{uuid(of)}/IncomingWebhook"
    return f"https://acme.webhook.office.com/webhookb2/{where}/{last}/{uuid(of)}", last


def _zapier_webhook(of: random.Random) -> tuple[str, str]:
    last = some(of, 14, LOWER)
    return (
        f"post it to https://hooks.zapier.com/hooks/catch/{of.randint(10**6, 10**7)}/{last}/",
        last,
    )


def _telegram(of: random.Random) -> tuple[str, str]:
    last = some(of, 35, URL_SAFE)
    return f"TELEGRAM_TOKEN={of.randint(10**9, 9 * 10**9)}:{last}", last


def _telegram_url(of: random.Random) -> tuple[str, str]:
    last = some(of, 35, URL_SAFE)
    return f"GET https://api.telegram.org/bot{of.randint(10**9, 9 * 10**9)}:{last}/getMe", last


def _twilio(of: random.Random) -> tuple[str, tuple[str, ...]]:
    secret = some(of, 32, HEX)
    return f"TWILIO_SID=AC{some(of, 32, HEX)}\nTWILIO_AUTH_TOKEN={secret}", (secret,)


def _sendgrid(of: random.Random) -> tuple[str, tuple[str, ...]]:
    first, last = some(of, 22, URL_SAFE), some(of, 43, URL_SAFE)
    return f"SG{'.'}{first}.{last}", (first, last)


def _mailgun(of: random.Random) -> tuple[str, str]:
    first = some(of, 32, HEX)
    return f"MAILGUN_API_KEY={first}-{some(of, 8, HEX)}-{some(of, 8, HEX)}", first


def _mailchimp(of: random.Random) -> tuple[str, str]:
    first = some(of, 32, HEX)
    return f"the mailchimp one is {first}-us{of.randint(1, 20)}", first


def _service_account(of: random.Random) -> tuple[str, tuple[str, ...]]:
    key, parts = pem(of, "PRIVATE " + "KEY", 1600)
    account = {"type": "service_account", "private_key_id": some(of, 40, HEX), "private_key": key}
    return json.dumps(account, indent=2), parts


def _azure_storage(of: random.Random) -> tuple[str, str]:
    key = some(of, 86, BASE64)
    names = "DefaultEndpointsProtocol=https;AccountName=acme"
    return f"{names};AccountKey={key}==;EndpointSuffix=core.windows.net", key


def _azure_bus(of: random.Random) -> tuple[str, str]:
    key = some(of, 43, BASE64)
    start = "Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=RootManage"
    return f"{start};SharedAccessKey={key}=", key


def _azure_signature(of: random.Random) -> tuple[str, str]:
    key = some(of, 43)
    start = "https://acme.blob.core.windows.net/logs/a.txt?sv=2024-11-04&ss=b&srt=sco&sp=rl"
    return f"{start}&se=2026-12-31T00:00:00Z&sig={key}%3D", key


def _azure_client(of: random.Random) -> tuple[str, tuple[str, ...]]:
    last = some(of, 34, WORD + "-_.~")
    return f"client secret value {some(of, 3)}8Q~{last}", (last,)


def _azure_devops(of: random.Random) -> tuple[str, tuple[str, ...]]:
    first, last = some(of, 52), some(of, 24)
    return f"the pat is {first}JQQJ99{'AZDO'}{last[:4]}", (first,)


def _pypi(of: random.Random) -> tuple[str, str]:
    body = some(of, 160, URL_SAFE)
    return f"password = {'pypi'}-AgEIcHlwaS5vcmc{body}", body


def _npmrc(of: random.Random) -> tuple[str, str]:
    made = uuid(of)
    return f"//registry.npmjs.org/:_authToken={made}", made


def _docker_config(of: random.Random) -> tuple[str, str]:
    auth = base64.b64encode(f"ci-user:{password(of)}".encode()).decode()
    told = {"auths": {"https://index.docker.io/v1/": {"auth": auth}}}
    return json.dumps(told, indent=1), auth[12:].rstrip("=")


def _vault_file(of: random.Random) -> tuple[str, str]:
    secret = base64.b64encode(password(of).encode()).decode()
    return (
        f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ndata:\n  password: {secret}",
        secret.rstrip("="),
    )


def _langsmith(of: random.Random) -> tuple[str, tuple[str, ...]]:
    first = some(of, 32, HEX)
    return f"lsv2_{'pt'}_{first}_{some(of, 10, HEX)}", (first,)


def _postman(of: random.Random) -> tuple[str, tuple[str, ...]]:
    first, last = some(of, 24, HEX), some(of, 34, HEX)
    return f"{'PMAK'}-{first}-{last}", (first, last)


def _airtable(of: random.Random) -> tuple[str, tuple[str, ...]]:
    first, last = some(of, 14), some(of, 64, HEX)
    return f"{'pat'}{first}.{last}", (last,)


def _brevo(of: random.Random) -> tuple[str, tuple[str, ...]]:
    first = some(of, 64, HEX)
    return f"{'xkeysib'}-{first}-{some(of, 16)}", (first,)


def _resend(of: random.Random) -> tuple[str, str]:
    last = some(of, 24)
    return f"{'re'}_{some(of, 8)}_{last}", last


def _terraform(of: random.Random) -> tuple[str, str]:
    body = some(of, 67)
    return f"{some(of, 14)}.{'atlasv1'}.{body}", body


def _cloudflare_origin(of: random.Random) -> tuple[str, str]:
    body = some(of, 146, HEX)
    return f"v1.0-{some(of, 24, HEX)}-{body}", body


def _grafana(of: random.Random) -> tuple[str, str]:
    body = some(of, 32)
    return f"{'glsa'}_{body}_{some(of, 8, HEX)}", body


def _sentry(of: random.Random) -> tuple[str, str]:
    body = some(of, 43)
    claims = encoded(json.dumps({"iat": 1700000000, "url": "https://sentry.io", "org": "acme"}))
    return f"{'sntrys'}_{claims}_{body}", body


def _one_password(of: random.Random) -> tuple[str, str]:
    body = some(of, 300, URL_SAFE)
    return f"export OP_SERVICE_ACCOUNT_TOKEN={'ops'}_{encoded(chr(123))}J{body}", body


def _fcm(of: random.Random) -> tuple[str, str]:
    body = some(of, 134, URL_SAFE)
    return f"AAAA{some(of, 7)}:APA91b{body}", body


def _braintree(of: random.Random) -> tuple[str, str]:
    body = some(of, 32, HEX)
    return f"access_{'token'}$production${some(of, 16, LOWER)}${body}", body


def _tailscale(of: random.Random) -> tuple[str, str]:
    body = some(of, 32)
    return f"tailscale up --authkey {'tskey'}-auth-{some(of, 12)}CNTRL-{body}", body


def _url(scheme: str, host: str) -> Make:
    def make(of: random.Random) -> tuple[str, str]:
        chosen = password(of).replace("?", "q").replace("%", "z")
        return f"connect with {scheme}://app:{chosen}@{host}", chosen

    return make


def _percent(of: random.Random) -> tuple[str, str]:
    first, last = some(of, 8), some(of, 8)
    return f"DATABASE_URL=postgres://app:{first}%40{last}@db.internal:5432/app", (first, last)[0]


def _pgpass(of: random.Random) -> tuple[str, str]:
    chosen = password(of)
    return f"cat ~/.pgpass\ndb.internal:5432:app:app_rw:{chosen}", chosen


def _netrc(of: random.Random) -> tuple[str, str]:
    chosen = password(of)
    return f"machine git.example.org\n  login ada\n  password {chosen}", chosen


def _basic_header(of: random.Random) -> tuple[str, str]:
    value = base64.b64encode(f"ada:{password(of)}{password(of)}".encode()).decode()
    return f"curl -H 'Authorization: Basic {value}' https://example.org", value[8:].rstrip("=")


def _cookie(of: random.Random) -> tuple[str, tuple[str, ...]]:
    first, last = some(of, 32, LOWER), some(of, 64, WORD)
    return f"Cookie: theme=dark; sessionid={first}; csrftoken={last}", (first, last)


def _set_cookie(of: random.Random) -> tuple[str, str]:
    value = some(of, 48, URL_SAFE)
    return f"< Set-Cookie: connect.sid=s%3A{value}; Path=/; HttpOnly", value


def _curl_cookie(of: random.Random) -> tuple[str, str]:
    value = some(of, 40, LOWER)
    return f"curl -b 'laravel_session={value}' https://shop.example.org/cart", value


def _github_cookie(of: random.Random) -> tuple[str, str]:
    value = some(of, 48, URL_SAFE)
    return f'curl --cookie "user_session={value}" https://example.org/settings', value


def _signed_url(of: random.Random) -> tuple[str, str]:
    value = some(of, 64, HEX)
    start = "https://acme.s3.amazonaws.com/a.zip?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900"
    return f"{start}&X-Amz-SignedHeaders=host&X-Amz-Signature={value}", value


def _refresh(of: random.Random) -> tuple[str, str]:
    body = some(of, 90, URL_SAFE)
    return f'"refresh_token": "1//0{body}"', body


def _otp(of: random.Random) -> tuple[str, str]:
    seed = some(of, 32, BASE32)
    return f"otpauth://totp/Acme:ada?secret={seed}&issuer=Acme", seed


def _django(of: random.Random) -> tuple[str, str]:
    body = some(of, 50, LOWER + "!@#%^&*(-_=+)")
    return f"SECRET_KEY = 'django-insecure-{body}'", body


def _seed_phrase(of: random.Random) -> tuple[str, str]:
    words = [some(of, of.randint(4, 7), string.ascii_lowercase) for _ in range(12)]
    return f"my seed phrase: {' '.join(words)}", " ".join(words)


KINDS: dict[str, tuple[Make, ...]] = {
    "aws access key": (_plain("AK" + "IA", 16, BASE32), _plain("AS" + "IA", 16, BASE32)),
    "aws secret key": (
        _named("aws_secret_access_key = {}", 40, BASE64),
        _named("AWS_SECRET_ACCESS_KEY={}", 40, BASE64),
        _named('"SecretAccessKey": "{}"', 40, BASE64),
    ),
    "aws session token": (
        _plain("IQoJb3JpZ2luX2Vj", 320, BASE64, "export AWS_SESSION_TOKEN={}"),
        _plain("FwoGZXIvYXdzE", 320, BASE64, '"SessionToken": "{}"'),
        _plain("IQoJb3JpZ2luX2Vj", 1400, BASE64, "aws_session_token = {}"),
        _plain("FwoGZXIvYXdzE", 1400, BASE64, '"SessionToken": "{}"'),
    ),
    "anthropic key": (
        _plain("sk-" + "ant-api03-", 95, URL_SAFE),
        _plain("sk-" + "ant-admin01-", 95, URL_SAFE),
        _plain("sk-" + "ant-oat01-", 95, URL_SAFE),
    ),
    "openai key": (_openai, _openai_project, _plain("sk-" + "svcacct-", 120, URL_SAFE)),
    "openrouter key": (_plain("sk-" + "or-v1-", 64, HEX),),
    "deepseek key": (_plain("sk-", 32, HEX),),
    "github token": tuple(_plain(f"gh{letter}_", 36) for letter in "pousr"),
    "github fine-grained token": (_fine_grained,),
    "gitlab token": (
        _plain("gl" + "pat-", 20, URL_SAFE),
        _plain("gl" + "dt-", 20, URL_SAFE),
        _plain("gl" + "rt-", 20, URL_SAFE),
        _plain("gl" + "ptt-", 40, HEX),
        _plain("GR13" + "48941", 20, URL_SAFE),
    ),
    "bitbucket password": (_plain("AT" + "BB", 32),),
    "atlassian token": (_plain("AT" + "ATT3xFfGF0", 180, URL_SAFE),),
    "slack token": (_slack("xox" + "b"), _slack("xox" + "p"), _slack_app),
    "slack webhook": (_slack_webhook,),
    "discord token": (_discord,),
    "discord webhook": (_discord_webhook,),
    "teams webhook": (_teams_webhook,),
    "zapier webhook": (_zapier_webhook,),
    "telegram token": (_telegram, _telegram_url),
    "stripe key": (
        _plain("sk_" + "live_", 24),
        _plain("rk_" + "live_", 99),
        _plain("sk_" + "test_", 24),
        _plain("wh" + "sec_", 32),
    ),
    "twilio token": (_twilio,),
    "sendgrid key": (_sendgrid,),
    "mailgun key": (_mailgun, _plain("key-", 32, HEX, "curl --user 'api:{}' https://example.org")),
    "mailchimp key": (_mailchimp,),
    "brevo key": (_brevo,),
    "resend key": (_plain("re" + "_", 33, WORD, "RESEND_API_KEY={}"), _resend),
    "postmark token": (_uuid("X-Postmark-Server-Token: {}"),),
    "google api key": (_plain("AI" + "za", 35, URL_SAFE),),
    "google oauth token": (_plain("ya" + "29.a0", 180, URL_SAFE),),
    "google client secret": (_plain("GOC" + "SPX-", 28, URL_SAFE),),
    "google refresh token": (_refresh,),
    "google service account": (_service_account,),
    "firebase server key": (_fcm,),
    "azure storage key": (_azure_storage,),
    "azure bus key": (_azure_bus,),
    "azure signature": (_azure_signature,),
    "azure client secret": (_azure_client,),
    "azure devops token": (_azure_devops,),
    "azure openai key": (
        _named("AZURE_OPENAI_API_KEY={}", 32, HEX),
        _named("api-key: {}", 32, HEX),
    ),
    "npm token": (_plain("npm" + "_", 36), _npmrc),
    "pypi token": (_pypi,),
    "docker token": (_plain("dckr_" + "pat_", 27, URL_SAFE), _docker_config),
    "rubygems key": (_plain("ruby" + "gems_", 48, HEX),),
    "nuget key": (_plain("oy" + "2", 43, LOWER, "dotnet nuget push a.nupkg --api-key {}"),),
    "crates token": (_plain("ci" + "o", 32, WORD, "cargo login {}"),),
    "huggingface token": (_plain("h" + "f_", 34),),
    "replicate token": (_plain("r8" + "_", 37),),
    "groq key": (_plain("gs" + "k_", 52),),
    "xai key": (_plain("xa" + "i-", 80),),
    "perplexity key": (_plain("pp" + "lx-", 48),),
    "cerebras key": (_plain("cs" + "k-", 48, LOWER),),
    "mistral key": (_named("MISTRAL_API_KEY={}", 32), _named("mistral api key: {}", 32)),
    "langsmith key": (_langsmith,),
    "langfuse key": (_uuid("LANGFUSE_SECRET_KEY=sk-" + "lf-{}"),),
    "tavily key": (_plain("tv" + "ly-dev-", 32),),
    "digitalocean token": (_plain("dop" + "_v1_", 64, HEX),),
    "heroku key": (_uuid("HEROKU_API_KEY={}"), _plain("HR" + "KU-AA", 58, URL_SAFE)),
    "cloudflare token": (
        _named("CLOUDFLARE_API_TOKEN={}", 40, URL_SAFE),
        _named("CF_API_KEY={}", 37, HEX),
        _cloudflare_origin,
    ),
    "vercel token": (_named("vercel deploy --token {}", 24), _named("VERCEL_TOKEN={}", 24)),
    "netlify token": (_plain("nf" + "p_", 40),),
    "fly token": (_plain("fm" + "2_", 300, BASE64, "FlyV1 {}"),),
    "supabase key": (_plain("sb" + "p_", 40, HEX), _plain("sb_" + "secret_", 31, URL_SAFE)),
    "planetscale token": (
        _plain("pscale_" + "tkn_", 43, URL_SAFE),
        _plain("pscale_" + "pw_", 43, URL_SAFE),
    ),
    "neon key": (_plain("na" + "pi_", 64, LOWER),),
    "databricks token": (_plain("da" + "pi", 32, HEX),),
    "datadog key": (_named("DD_API_KEY={}", 32, HEX), _named("DD-API-KEY: {}", 32, HEX)),
    "new relic key": (_plain("NR" + "AK-", 27, UPPER),),
    "sentry token": (_plain("snt" + "ryu_", 64, HEX), _sentry),
    "grafana token": (_grafana,),
    "postman key": (_postman,),
    "linear key": (_plain("lin_" + "api_", 40),),
    "notion token": (_plain("secret" + "_", 43), _plain("nt" + "n_", 46)),
    "figma token": (_plain("fig" + "d_", 40, URL_SAFE),),
    "airtable token": (_airtable,),
    "shopify token": (_plain("shp" + "at_", 32, HEX), _plain("shp" + "ss_", 32, HEX)),
    "square token": (
        _plain("sq0" + "csp-", 43, URL_SAFE),
        _plain("EA" + "AA", 60, URL_SAFE, "SQUARE_ACCESS_TOKEN={}"),
    ),
    "braintree token": (_braintree,),
    "plaid token": (_uuid("access-" + "production-{}"),),
    "vault token": (_plain("hv" + "s.", 90, URL_SAFE), _plain("hv" + "b.", 140, URL_SAFE)),
    "terraform token": (_terraform,),
    "pulumi token": (_plain("pu" + "l-", 40, HEX),),
    "doppler token": (_plain("dp" + ".pt.", 43),),
    "1password token": (_one_password,),
    "sonar token": (_plain("sq" + "p_", 40, HEX), _plain("sq" + "u_", 40, HEX)),
    "buildkite token": (_plain("bk" + "ua_", 40, HEX),),
    "codecov token": (_uuid("CODECOV_TOKEN={}"),),
    "launchdarkly key": (_uuid("LD_SDK_KEY=sdk-{}"),),
    "mapbox token": (_plain("sk" + ".eyJ", 90, WORD, "{}." + "aB3dE5gH7iJ9kL1mN3oP5q"),),
    "contentful token": (_plain("CF" + "PAT-", 43, URL_SAFE),),
    "hubspot token": (_uuid("pat" + "-na1-{}"),),
    "okta token": (_plain("00", 40, URL_SAFE, "Authorization: SSWS {}"),),
    "tailscale key": (_tailscale,),
    "artifactory key": (_plain("AK" + "Cp8", 69, WORD, "api {}"),),
    "age key": (_plain("AGE-SECRET-" + "KEY-1", 58, UPPER),),
    "ssh key": (_pem("OPENSSH " + "PRIVATE KEY", 1200),),
    "rsa key": (_pem("RSA " + "PRIVATE KEY", 3200),),
    "ec key": (_pem("EC " + "PRIVATE KEY", 220),),
    "pkcs8 key": (_pem("ENCRYPTED " + "PRIVATE KEY", 1700),),
    "pgp key": (_pem("PGP " + "PRIVATE KEY BLOCK", 900),),
    "wireguard key": (_named("[Interface]\nPrivateKey = {}=\nAddress = 10.0.0.2/32", 43, BASE64),),
    "ethereum key": (_named("my wallet's private key: 0x{}", 64, HEX),),
    "seed phrase": (_seed_phrase,),
    "jwt": (jwt,),
    "bearer header": (
        _named("Authorization: Bearer {}", 40, URL_SAFE),
        _named('-H "authorization: Bearer {}"', 32, HEX),
    ),
    "token header": (
        _named("X-API-Key: {}", 32),
        _named('"x-auth-token": "{}"', 32, HEX),
        _named("PRIVATE-TOKEN: {}", 20, URL_SAFE),
        _named("Authorization: token {}", 40, HEX),
    ),
    "basic header": (_basic_header,),
    "basic url": (
        _url("https", "git.example.org/acme/shop.git"),
        _url("http", "10.0.0.7:8080/admin"),
        _named("git clone https://{}@github.com/acme/shop.git", 40, HEX),
        _named("git clone https://oauth2:{}@gitlab.com/acme/shop.git", 26, URL_SAFE),
    ),
    "postgres url": (_url("postgresql+asyncpg", "db.internal:5432/app"), _percent),
    "mysql url": (_url("mysql", "db.internal/app"),),
    "mongodb url": (_url("mongodb+srv", "cluster0.ab1cd.mongodb.net/app?retryWrites=true"),),
    "redis url": (
        _url("redis", "cache.internal:6379/0"),
        _password("redis://:{}@cache.internal:6379"),
    ),
    "amqp url": (_url("amqp", "mq.internal/vhost"),),
    "jdbc url": (_password("jdbc:postgresql://db.internal/app?user=app&password={}"),),
    "ado string": (
        _password("Server=db.internal;Database=app;User Id=app;Password={};Encrypt=true"),
        _password("Data Source=db;Initial Catalog=app;uid=app;pwd={};"),
    ),
    "libpq string": (_password("psql 'host=db.internal user=app password={} dbname=app'"),),
    "pgpass line": (_pgpass,),
    "netrc": (_netrc,),
    "password in prose": (
        _password("my password is {}"),
        _password("the password for staging is {}, don't tell anyone"),
        _password("log in as admin with password {} and check"),
        _password("password: {}"),
        _password("user ada / pass {}"),
        _password("login: ada, pw: {}"),
        _password("credentials are ada / {}"),
        _password("the db password should be {}"),
    ),
    "password in german": (
        _password("mein Passwort ist {}"),
        _password("Passwort: {}"),
        _password("das Kennwort lautet {}"),
    ),
    "password in french": (
        _password("le mot de passe est {}"),
        _password("mot de passe : {}"),
        _password("mdp: {}"),
    ),
    "password in spanish": (
        _password("la contraseña es {}"),
        _password("contraseña: {}"),
        _password("a senha é {}"),
    ),
    "password in other scripts": (
        _password("密码是 {}"),
        _password("пароль: {}"),
        _password("heslo je {}"),
    ),
    "env line": (
        _password("DB_PASSWORD={}"),
        _password("export PGPASSWORD='{}'"),
        _named("SECRET_KEY_BASE={}", 128, HEX),
        _named("JWT_SECRET={}", 32),
        _named("SESSION_SECRET='{}'", 24),
        _named("ENCRYPTION_KEY={}", 32, HEX),
        _named("NEXTAUTH_SECRET={}=", 43, BASE64),
        _named("APP_KEY=base64:{}=", 43, BASE64),
        _django,
    ),
    "code literal": (
        _password('password = "{}"'),
        _named("const apiKey = '{}'", 32),
        _named('client_secret: "{}"', 40),
        _named('authToken="{}"', 32, HEX),
        _named('os.environ["OPENAI_KEY"] = "{}"', 40),
    ),
    "command line": (
        _password("mysql -u root -p{} app"),
        _password("sshpass -p '{}' ssh ada@host"),
        _password("PGPASSWORD={} psql -h db"),
        _password("docker login -u ada -p {} registry.example.org"),
        _password("mysql --user=app --password={}"),
        _password("curl -u ada:{} https://example.org"),
        _password("curl --user 'ada:{}' https://example.org"),
        _password("echo {} | sudo -S apt update"),
        _password("redis-cli -a {} ping"),
    ),
    "cookie": (_cookie, _set_cookie, _curl_cookie, _github_cookie),
    "url parameter": (
        _named("https://api.example.org/v1/me?access_token={}", 40, LOWER),
        _named("https://api.example.org/v1/me?api_key={}&q=x", 32, HEX),
        _named("https://maps.example.org/?key={}&z=3", 32),
        _named("wss://stream.example.org/?token={}", 36, LOWER),
        _signed_url,
    ),
    "kubernetes secret": (_vault_file,),
    "otp seed": (_otp,),
}


def secrets(seed: int = 1, each: int = 1) -> list[Planted]:
    """Every kind in every way it is written, ``each`` times: the same ones from the same seed."""
    of = random.Random(seed)
    made: list[Planted] = []
    for _ in range(each):
        for kind, ways in KINDS.items():
            for way in ways:
                text, parts = way(of)
                made.append(Planted(kind, text, (parts,) if isinstance(parts, str) else parts))
    return made
