"""Tokens whose form tells who gave them out: one line each. Data for `qa.secrets.scan`.

The forms are those that the vendors document or that their tokens are seen to have; the kinds follow the names
that scanners use (gitleaks, detect-secrets, secretlint). A new vendor is one line here and one in the tests' sample.
"""

import base64
import binascii
import json

from qa.secrets.rules import Rule
from qa.secrets.values import digits_of, is_example

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_AN = "[A-Za-z0-9]"


def _has_alg(token: str) -> bool:
    """The header of a JWT is JSON and names an algorithm or a type."""
    header = token.split(".", 1)[0]
    try:
        decoded = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return False
    return isinstance(decoded, dict) and not decoded.keys().isdisjoint({"alg", "typ", "enc", "kid"})


def _is_aws(token: str) -> bool:
    """No example of the documentation, and no line of a genome."""
    return not is_example(token) and not set(token) <= set("ACGTUN")


def _has_digit(token: str) -> bool:
    return digits_of(token[4:]) > 0


_MODELS = (
    Rule("anthropic-key", ("sk-ant-",), r"[\w-]{24,200}"),
    Rule("openrouter-key", ("sk-or-v1-",), r"[\w-]{24,128}"),
    Rule("openai-key", ("sk-proj-", "sk-svcacct-", "sk-admin-", "sk-None-"), r"[\w-]{20,256}"),
    Rule("openai-key", ("sk-",), rf"{_AN}{{20,128}}", 3.0),
    Rule("elevenlabs-key", ("sk_",), r"[0-9a-f]{48}"),
    Rule("groq-key", ("gsk_",), rf"{_AN}{{40,80}}"),
    Rule("xai-key", ("xai-",), rf"{_AN}{{40,120}}"),
    Rule("perplexity-key", ("pplx-",), rf"{_AN}{{40,64}}"),
    Rule("replicate-token", ("r8_",), rf"{_AN}{{37}}"),
    Rule("together-key", ("tgp_v1_",), r"[\w-]{30,64}"),
    Rule("cerebras-key", ("csk-",), r"[a-z0-9]{40,64}"),
    Rule("nvidia-key", ("nvapi-",), r"[\w-]{60,72}"),
    Rule("langsmith-key", ("lsv2_pt_", "lsv2_sk_"), r"[0-9a-f]{32}_[0-9a-f]{10}"),
    Rule("pinecone-key", ("pcsk_",), r"[A-Za-z0-9_]{40,80}"),
    Rule("huggingface-token", ("hf_",), rf"{_AN}{{32,40}}", 3.0),
    Rule("huggingface-token", ("api_org_",), rf"{_AN}{{34}}", 3.0),
)
_CLOUD = (
    Rule("aws-access-key", ("AKIA", "ASIA", "ABIA", "ACCA", "AROA", "AIDA"), r"[A-Z0-9]{16}", 0.0, _is_aws),
    Rule("aws-access-key", ("A3T",), r"[A-Z0-9]{17}", 0.0, _is_aws),
    Rule("aws-bedrock-key", ("ABSK",), r"[A-Za-z0-9+/]{109,280}={0,2}", 3.0),
    Rule(
        "aws-bedrock-key", ("bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t",), r"[A-Za-z0-9+/=]{0,2000}", 0.0
    ),
    Rule("google-key", ("AIza",), r"[\w-]{35}(?![\w-])", 3.0),
    Rule("google-oauth-token", ("ya29.",), r"[\w-]{20,1024}", 3.0),
    Rule("google-client-secret", ("GOCSPX-",), r"[\w-]{28}", 3.0),
    Rule("google-refresh-token", ("1//0",), r"[\w-]{40,128}", 3.0),
    Rule("alibaba-key", ("LTAI",), rf"{_AN}{{12,24}}", 2.5, _has_digit),
    Rule("tencent-key", ("AKID",), rf"{_AN}{{32}}", 3.0),
    Rule("yandex-key", ("AQVN",), r"[\w-]{35,38}", 3.0),
    Rule("yandex-token", ("t1.",), r"[\w-]{20,200}={0,2}\.[\w-]{86}={0,2}", 3.0),
    Rule("digitalocean-token", ("dop_v1_", "doo_v1_", "dor_v1_"), r"[a-f0-9]{64}"),
    Rule("databricks-token", ("dapi",), r"[a-f0-9]{32}(?:-\d)?"),
    Rule("heroku-key", ("HRKU-",), r"[\w-]{36,60}", 3.0),
    Rule("cloudflare-origin-key", ("v1.0-",), r"[a-f0-9]{24}-[a-f0-9]{146}"),
    Rule("flyio-token", ("fo1_",), r"[\w-]{43}", 3.0),
    Rule("flyio-token", ("fm1a_", "fm1r_", "fm2_"), r"[A-Za-z0-9+/]{100,3000}={0,3}", 3.0),
    Rule("supabase-key", ("sbp_", "sb_secret_"), r"[\w-]{30,64}", 3.0),
    Rule("netlify-token", ("nfp_",), rf"{_AN}{{36,40}}", 3.0),
    Rule("neon-key", ("napi_",), r"[a-z0-9]{40,80}", 3.0),
    Rule("render-key", ("rnd_",), rf"{_AN}{{28,40}}", 3.0),
    Rule("planetscale-token", ("pscale_tkn_", "pscale_oauth_", "pscale_pw_"), r"[\w=.-]{32,64}", 3.0),
    Rule("clickhouse-key", ("4b1d",), rf"{_AN}{{38}}", 3.0, lambda token: any(map(str.isupper, token))),
    Rule("scalingo-token", ("tk-us-",), r"[\w-]{48}", 3.0),
    Rule("yandex-key", ("YC",), r"[\w-]{38}", 4.0, _has_digit),
    Rule("openshift-token", ("sha256~",), r"[\w-]{43}", 3.0),
    Rule("tailscale-key", ("tskey-",), r"[a-z]{2,12}-[A-Za-z0-9-]{16,80}", 1.5),
    Rule("defined-key", ("dnkey-",), r"[a-z0-9=_-]{26}-[a-z0-9=_-]{52}", 3.0),
)
_CODE = (
    Rule("github-token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), rf"{_AN}{{30,255}}", 3.0),
    Rule("github-token", ("github_pat_",), r"\w{30,255}", 3.0),
    Rule("gitlab-token", ("glpat-",), r"[\w-]{20,300}(?:\.[0-9a-z.]{9,14})?", 3.0),
    Rule(
        "gitlab-token",
        ("gldt-", "glsoat-", "glft-", "glffct-", "glrt-", "glrtr-", "glwt-"),
        r"[\w.-]{20,100}",
        3.0,
    ),
    Rule("gitlab-token", ("glptt-",), r"[0-9a-f]{40}"),
    Rule("gitlab-token", ("glimt-",), r"[\w-]{25,100}", 3.0),
    Rule("gitlab-token", ("glcbt-",), r"(?:[\w-]{1,12}_)?[\w-]{8,100}", 2.5),
    Rule("gitlab-token", ("glagent-",), r"[\w-]{50,1024}", 3.0),
    Rule("gitlab-token", ("gloas-",), r"[\w-]{64}", 3.0),
    Rule("gitlab-token", ("GR1348941",), r"[\w-]{20,50}", 3.0),
    Rule("gitlab-session", ("_gitlab_session=",), r"(?P<s>[0-9a-z]{32})", 3.0),
    Rule("bitbucket-token", ("ATBB",), r"[A-Za-z0-9_=-]{20,60}", 3.0, _has_digit),
    Rule("atlassian-token", ("ATATT3", "ATCTT3"), r"[\w=-]{80,300}", 3.0),
    Rule("npm-token", ("npm_",), rf"{_AN}{{36}}", 3.0),
    Rule("pypi-token", ("pypi-AgE",), r"[\w-]{82,1000}", 3.0),
    Rule("rubygems-key", ("rubygems_",), r"[a-f0-9]{48}"),
    Rule("nuget-key", ("oy2",), r"[a-z0-9]{43}", 3.0),
    Rule("crates-token", ("cio",), rf"{_AN}{{32}}", 3.5, _has_digit),
    Rule("clojars-token", ("CLOJARS_",), r"[A-Za-z0-9]{60}"),
    Rule("docker-token", ("dckr_pat_", "dckr_oat_"), r"[\w-]{20,64}", 3.0),
    Rule("artifactory-key", ("AKCp",), rf"{_AN}{{40,80}}", 3.0),
    Rule("artifactory-key", ("AKC",), rf"{_AN}{{10,80}}", 0.0),  # whatever follows, as in detect-secrets
    Rule(
        "artifactory-key",
        ("AP",),
        r"[\dABCDEF][A-Za-z0-9]{10,80}",
        0.0,
        lambda token: digits_of(token) > 0 or "xxxx" in token,
    ),
    Rule("artifactory-token", ("cmVmd",), rf"{_AN}{{59}}", 3.0),
    Rule("circleci-token", ("CCIPAT_", "CCIPRJ_"), rf"{_AN}{{10,30}}_[a-f0-9]{{40}}"),
    Rule("buildkite-token", ("bkua_",), r"[a-z0-9]{40}", 3.0),
    Rule("sourcegraph-token", ("sgp_",), r"(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{40}", 3.0),
    Rule("sonar-token", ("squ_", "sqp_", "sqa_"), r"[\w=-]{40}", 3.0),
    Rule("snyk-token", ("snyk_uat.",), r"[\w.-]{30,200}", 3.0),
    Rule("pulumi-token", ("pul-",), r"[a-f0-9]{40}"),
    Rule("octopus-key", ("API-",), r"[A-Z0-9]{25,32}", 3.0, _has_digit),
    Rule("harness-key", ("pat.", "sat."), r"[\w-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}", 3.0),
    Rule("doppler-token", ("dp.pt.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."), rf"{_AN}{{40,44}}", 3.0),
    Rule("doppler-token", ("dp.st.",), rf"(?:[\w-]{{2,35}}\.)?{_AN}{{40,44}}", 3.0),
    Rule("vault-token", ("hvs.", "hvb.", "hvr."), r"[\w-]{24,300}", 3.5),
    Rule(
        "vault-token",
        ("s.",),
        rf"{_AN}{{24}}",
        3.5,
        lambda token: digits_of(token) > 1 and token[2:].lower() != token[2:],
    ),
    Rule("prefect-key", ("pnu_",), r"[a-z0-9]{36}", 3.0),
    Rule("dynatrace-token", ("dt0c01.", "dt0s01.", "dt0s08."), rf"{_AN}{{24}}\.{_AN}{{64}}", 3.0),
    Rule("grafana-key", ("eyJrIjoi",), r"[A-Za-z0-9+/]{70,400}={0,3}", 3.0),
    Rule("grafana-token", ("glc_",), r"[A-Za-z0-9+/]{32,400}={0,3}", 3.0, _has_digit),
    Rule("grafana-token", ("glsa_",), rf"{_AN}{{32}}_[A-Fa-f0-9]{{8}}", 3.0),
    Rule("sentry-token", ("sntrys_eyJ",), r"[\w+/-]{20,600}={0,2}(?:_[\w+/-]{43})?", 3.0),
    Rule("sentry-token", ("sntryu_", "sntrya_"), r"[a-f0-9]{64}"),
    Rule("newrelic-key", ("NRAK-",), r"[A-Za-z0-9]{27}", 3.0),
    Rule("newrelic-key", ("NRII-", "NRIQ-", "NRRA-"), r"[A-Za-z0-9_-]{32,42}", 3.0),
    Rule("newrelic-key", ("NRJS-",), r"[a-f0-9]{19}"),
    Rule("infracost-key", ("ico-",), rf"{_AN}{{32}}", 3.0, lambda token: any(map(str.isupper, token))),
    Rule("endorlabs-key", ("endr+",), r"[A-Za-z0-9-]{16}", 3.0),
    Rule(
        "authress-key",
        ("sc_", "ext_", "scauth_", "authress_"),
        r"[a-z0-9]{5,30}\.[a-z0-9]{4,6}\.acc[_-][a-z0-9-]{10,32}\.[A-Za-z0-9+/_=-]{30,120}",
        3.0,
    ),
    Rule(
        "1password-secret-key",
        ("A3-",),
        r"[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}",
        3.0,
    ),
    Rule("1password-service-token", ("ops_eyJ",), r"[A-Za-z0-9+/_-]{60,4000}={0,3}", 3.0),
    Rule("age-key", ("AGE-SECRET-KEY-1",), r"[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}", 0.0),
    Rule(
        "jwt",
        ("eyJ",),
        r"(?<![\w-]eyJ)[\w-]{10,1024}+\.(?:eyJ[\w/-]{8,4000}(?:\.[\w/-]{10,2000}={0,2})?|[\w/-]{10,4000}\.[\w/-]{10,2000}={0,2}|[\w-]{0,1024}(?:\.[\w-]{10,4000}){3})",
        3.0,
        _has_alg,
    ),
    Rule("jwt", ("ZXlK",), r"[A-Za-z0-9+/]{60,4000}={0,2}", 3.0),
)
_SERVICES = (
    Rule(
        "stripe-key",
        ("sk_live_", "rk_live_", "sk_test_", "rk_test_", "sk_prod_", "rk_prod_"),
        rf"{_AN}{{10,99}}",
        2.8,
    ),
    Rule("webhook-secret", ("whsec_",), r"[A-Za-z0-9+/]{24,64}={0,2}", 3.0),
    Rule(
        "slack-token",
        ("xoxa-", "xoxb-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xoxc-", "xoxd-"),
        r"(?:\d{1,3}-)?(?:[A-Za-z0-9%]{5,120}-){0,4}[A-Za-z0-9%]{5,255}",
        2.5,
        lambda token: digits_of(token) >= 4,
    ),
    Rule("slack-token", ("xoxe.xoxb-", "xoxe.xoxp-", "xoxe-"), r"\d-[A-Za-z0-9]{100,255}", 3.0),
    Rule("slack-token", ("xapp-",), r"\d-[A-Z0-9]{5,20}-\d{5,20}-[a-z0-9]{10,128}", 3.0),
    Rule(
        "slack-webhook",
        ("hooks.slack.com/",),
        r"(?P<s>(?:services|workflows|triggers)/[A-Za-z0-9+/]{40,100})",
        3.0,
    ),
    Rule(
        "discord-webhook",
        ("discord.com/api/webhooks/", "discordapp.com/api/webhooks/"),
        r"(?P<s>\d{15,20}/[\w-]{60,80})",
    ),
    Rule("telegram-token", ("bot",), r"(?P<s>\d{8,10}:[\w-]{35})", 3.0),
    Rule("sendgrid-key", ("SG.",), r"[\w=.-]{20,24}\.[\w=-]{39,50}|[\w=.-]{66}", 3.0),
    Rule("sendinblue-key", ("xkeysib-", "xsmtpsib-"), r"[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    Rule("mailgun-key", ("key-", "pubkey-"), r"[a-f0-9]{32}", 3.0),
    Rule("twilio-key", ("SK",), r"[0-9a-fA-F]{32}", 3.0),
    Rule("resend-key", ("re_",), rf"{_AN}{{8}}_{_AN}{{24}}", 3.0),
    Rule("shopify-token", ("shpat_", "shpca_", "shppa_", "shpss_", "shptka_"), rf"{_AN}{{32,36}}", 3.0),
    Rule("square-token", ("sq0atp-", "sq0csp-", "sq0idp-"), r"[\w-]{22,64}", 3.0),
    Rule("square-token", ("EAAA",), r"[\w-]{22,60}", 3.5, _has_digit),
    Rule("facebook-token", ("EAA",), r"[A-Z][A-Za-z0-9]{100,300}", 3.0),
    Rule("facebook-token", ("EAACEdEose0cBA",), rf"{_AN}{{10,300}}", 3.0),
    Rule("twitter-token", ("A" * 22,), r"[A-Za-z0-9%]{60,130}", 3.0),
    Rule("shippo-token", ("shippo_live_", "shippo_test_"), r"[a-f0-9]{40}"),
    Rule("easypost-key", ("EZAK", "EZTK"), rf"{_AN}{{54}}", 3.0),
    Rule("duffel-token", ("duffel_test_", "duffel_live_"), r"[\w=-]{43}", 3.0),
    Rule(
        "flutterwave-key",
        ("FLWPUBK_TEST-", "FLWPUBK-", "FLWSECK_TEST-", "FLWSECK-"),
        r"[a-h0-9]{12,32}(?:-X)?",
        2.5,
    ),
    Rule("gocardless-token", ("live_", "sandbox_"), r"[\w=-]{40}", 3.5, _has_digit),
    Rule("lob-key", ("live_", "test_"), r"[a-f0-9]{35}"),
    Rule("lob-key", ("live_pub_", "test_pub_"), r"[a-f0-9]{31}"),
    Rule("plaid-token", ("access-sandbox-", "access-development-", "access-production-"), _UUID),
    Rule("hubspot-token", ("pat-na1-", "pat-na2-", "pat-eu1-"), _UUID),
    Rule("razorpay-key", ("rzp_live_", "rzp_test_"), rf"{_AN}{{14}}", 2.5),
    Rule(
        "braintree-token",
        ("access_token$production$", "access_token$sandbox$"),
        r"[0-9a-z]{16}\$[0-9a-f]{32}",
    ),
    Rule("airtable-token", ("pat",), r"[A-Za-z0-9]{14}\.[a-f0-9]{64}"),
    Rule("notion-token", ("ntn_",), r"[0-9]{11}[A-Za-z0-9]{35}", 3.0),
    Rule("notion-token", ("secret_",), rf"{_AN}{{43}}", 3.5),
    Rule("linear-key", ("lin_api_", "lin_oauth_"), rf"{_AN}{{40,64}}", 3.0),
    Rule("figma-token", ("figd_", "figo_"), r"[\w-]{36,64}", 3.0),
    Rule("dropbox-token", ("sl.",), r"(?:u\.)?[\w=-]{130,1200}", 3.0),
    Rule("typeform-token", ("tfp_",), r"[\w.=-]{40,64}", 3.0),
    Rule("frameio-token", ("fio-u-",), r"[\w=-]{64}", 3.0),
    Rule("beamer-token", ("b_",), r"[a-z0-9=_-]{44}", 3.5, _has_digit),
    Rule("contentful-token", ("CFPAT-",), r"[\w-]{43}", 3.0),
    Rule("postman-key", ("PMAK-",), r"[a-f0-9]{24}-[a-f0-9]{34}"),
    Rule("posthog-key", ("phx_", "phs_"), r"[A-Za-z0-9_]{40,60}", 3.0),
    Rule("readme-token", ("rdme_",), r"[a-z0-9]{70}", 3.0),
    Rule("settlemint-token", ("sm_aat_", "sm_pat_", "sm_sat_"), rf"{_AN}{{16}}", 2.5),
    Rule("intra42-secret", ("s-s4t2ud-", "s-s4t2af-"), r"[a-f0-9]{64}"),
    Rule("adobe-secret", ("p8e-",), rf"{_AN}{{32}}", 3.0),
    Rule("mapbox-token", ("pk.", "sk.", "tk."), r"[A-Za-z0-9]{60,120}\.[\w-]{22}", 3.0),
    Rule(
        "sidekiq-key",
        ("BUNDLE_ENTERPRISE__CONTRIBSYS__COM", "BUNDLE_GEMS__CONTRIBSYS__COM"),
        r"\s{0,4}[:=]\s{0,4}[\"']?(?P<s>[a-f0-9]{8}:[a-f0-9]{8})",
    ),
    Rule("paypal-token", ("A21AA",), r"[\w-]{60,120}", 3.5),
)

VENDOR_RULES: tuple[Rule, ...] = (*_MODELS, *_CLOUD, *_CODE, *_SERVICES)
