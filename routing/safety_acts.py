"""Acts that cannot be taken back, as data: a verb and what it is done to, near each other, by language.

Written in folded form or not; both are folded on loading. No capital letters in the expressions: folding lowers them.
"""

AMOUNT = (
    r"[$€£¥₹]\s?\d|\d[\d.,' ]*\s?(?:k\b|€|\$|£|¥|₹|eur|usd|gbp|chf|dollar|pounds|franken|pln|zl|rub|руб|tl\b|lira|reais"
    r"|円|원|元|万|रुपये|ريال|دولار|درهم|يورو|евро)"
)
"""A sum of money."""

PAIRS: tuple[tuple[str, str], ...] = (
    # English
    (
        r"\b(?:deletes?|erases?|wipes?|purges?|destroys?|shreds?|removes?)\b",
        r"\b(?:all|every|everything|the (?:whole|entire|production|prod)|(?:my|our|the|their) (?:\w+ )?"
        r"(?:databases?|backups?|accounts?|records|customers|buckets?|volumes?|servers?))\b",
    ),
    (r"\b(?:drop|truncate)\b", r"\b(?:tables?|databases?|schema|collection)\b"),
    (r"\b(?:wire|transfer|remit)\b", rf"{AMOUNT}|\bmoney\b"),
    (
        r"\b(?:send|mail|e-?mail|forward|text|announce)\b",
        r"\b(?:all|every|everyone|everybody|each|whole|entire)\b.{0,24}"
        r"\b(?:customer|client|subscriber|employee|staff|user|list|contact|company|investor|supplier|member)s?\b",
    ),
    (r"\b(?:deploy|release|ship|push|roll ?out|merge|migrate)\b", r"\b(?:prod|production|live)\b"),
    (
        r"\b(?:sign|terminate|cancel|revoke)\b",
        r"\b(?:contract|agreement|lease|deed|subscription|certificate|insurance)\b",
    ),
    (r"\bformat\b", r"\b(?:disk|drive|ssd|c:)"),
    # German
    (
        r"\b(?:losch|vernicht|entfern)\w*",
        r"\b(?:all(?:e|en|es)|samtliche|gesamten?|datenbank|konto|backups?)\b",
    ),
    (
        r"\b(?:schick|sende|verschick|veroffentlich)\w*",
        r"\b(?:alle|allen|samtliche)\b.{0,16}\w*(?:kunde|abonnent|mitarbeiter)",
    ),
    (r"\b(?:uberweis|zahl|bezahl)\w*", AMOUNT),
    (r"\b(?:deploy|ausroll|roll|spiel)\w*", r"\b(?:prod|produktion|live|produktivsystem)\b"),
    (r"\b(?:unterschreib|kundig|widerruf)\w*", r"vertrag|abo\b|police\b"),
    # French
    (
        r"\b(?:supprim|efface|detrui|vide[rz]?\b)\w*",
        r"\b(?:tous|toutes|tout|base de donnees|compte|sauvegardes?)\b",
    ),
    (r"\b(?:envoi|envoy|publi)\w*", r"\b(?:a tous|a toutes|tous les|toutes les)\b"),
    (r"\b(?:vire|virez|virement|transfer|paie|payez|payer)\b", AMOUNT),
    (r"\b(?:deploi|deploy|mets|mettre|pousse)\w*", r"\b(?:en prod|production)\b"),
    (r"\b(?:sign(?:e|er|ez)|resili\w*)\b", r"\b(?:contrat|bail|abonnement|devis)\b"),
    # Spanish and Portuguese
    (
        r"\b(?:borra|elimin|apag|exclu|delet)\w*",
        r"\b(?:tod[oa]s?|tudo|base de datos|banco de dados|cuenta|conta|copias|backups?)\b",
    ),
    (r"\b(?:envi|mand|publi)\w*", r"\b(?:a|para|aos|as) (?:todos|todas|os clientes|los clientes)\b"),
    (r"\b(?:transf[ie]|paga|pague)\w*", AMOUNT),
    (r"\b(?:despli|despleg|sube|suba|deploy|implant|coloque|publi)\w*", r"\b(?:produccion|producao)\b"),
    (r"\b(?:firma|firme|cancel|rescind|assin[ea])\w*", r"\b(?:contrato|suscripcion|poliza|acordo)\b"),
    # Italian
    (
        r"\b(?:cancell|elimin|distrugg)\w*",
        r"\b(?:tutt[oiae]|database|account|backup|contratto|abbonamento)\b",
    ),
    (r"\b(?:invia|manda|pubblica)\w*", r"\b(?:a tutt[ie]|tutti i|tutte le)\b"),
    (r"\b(?:bonific|trasferi|paga)\w*", AMOUNT),
    (r"\b(?:deploy|rilasci|pubblic|distribui)\w*", r"\bproduzione\b"),
    (r"\b(?:firma|disdi)\w*", r"\b(?:contratto|abbonamento|polizza)\b"),
    # Dutch
    (r"\b(?:verwijder|wis)\w*", r"\b(?:alle|alles|database|account)\b"),
    (r"\b(?:stuur|verstuur|verzend|publiceer)\w*", r"\b(?:alle|iedereen)\b"),
    (r"\b(?:betaal|overmaken|maak)\w*", AMOUNT),
    (r"\b(?:deploy|zet)\w*", r"\bproductie\b"),
    (r"\b(?:teken|onderteken|zeg)\w*", r"\b(?:contract|abonnement|huur)\b"),
    # Polish
    (r"\b(?:usun|skasuj|wymaz|wyczysc)\w*", r"\b(?:wszystk|cal[aey]|baz[eya] danych|konto)"),
    (r"\b(?:wyslij|rozeslij|opublik)\w*", r"\b(?:wszystk|do klient)"),
    (r"\b(?:przelej|zaplac|przelew)\w*", AMOUNT),
    (r"\b(?:wdroz|wypchnij|wrzuc)\w*", r"\bprodukc"),
    (r"\b(?:podpisz|podpisac|wypowiedz)\w*", r"\bumow"),
    # Russian
    (r"\b(?:удал|сотри|очист|снеси)\w*", r"\b(?:все|всю|всех|базу|аккаунт)"),
    (r"\b(?:отправ|разошли|опубликуй)\w*", r"\b(?:всем|всех)\b"),
    (r"\b(?:перевед|оплат|перечисл)\w*", AMOUNT),
    (r"\b(?:задеплой|деплой|выкати|разверни)\w*", r"\b(?:прод|боев)"),
    (r"\b(?:подпиш|подписат|расторгн)\w*", r"\b(?:договор|контракт|соглашени)"),
    # Turkish
    (r"\b(?:sil|kaldir|temizle)\w*", r"\b(?:tum|butun|hepsi|veritaban|hesab)"),
    (r"\b(?:gonder|yayinla)\w*", r"\b(?:tum|butun|herkes)"),
    (r"\b(?:havale|gonder|ode|aktar)\w*", AMOUNT),
    (r"\b(?:yukle|deploy|cik|al)\w*", r"\b(?:canliya|canli ortam|prod\b|uretim ortam)"),
    (r"\b(?:imzala|feshet|iptal)\w*", r"\b(?:sozlesme|abonelik|police)"),
    # Arabic, Hindi
    (r"احذف|امسح|حذف|مسح", r"جميع|كل |قاعدة البيانات|الحساب"),
    (r"ارسل|انشر|إرسال", r"جميع|لكل|كل ال"),
    (r"حول|ادفع|تحويل", AMOUNT),
    (r"انشر|نشر", r"الانتاج|الإنتاج"),
    (r"وقع |توقيع|افسخ", r"العقد|عقد "),
    (r"हटा|मिटा|डिलीट", r"सभी|सारे|सारा|पूरा|डेटाबेस|खाता"),
    (r"भेज|प्रकाशित", r"सभी|सबको"),
    (r"ट्रांसफर|भुगतान", AMOUNT),
    (r"डिप्लॉय", r"प्रोडक्शन|लाइव"),
    (r"हस्ताक्षर|साइन", r"अनुबंध|कॉन्ट्रैक्ट"),
    # Japanese, Korean, Chinese
    (r"削除|消して|消去", r"全て|すべて|全部|全データ|データベース|アカウント|本番"),
    (r"送信|送って|配信|公開", r"全員|全て|すべて|全顧客|全ての"),
    (r"振り込|振込|送金|支払", AMOUNT),
    (r"デプロイ|リリース|反映", r"本番"),
    (r"署名|サイン|解約", r"契約"),
    (r"삭제|지워", r"모든|전부|전체|데이터베이스|계정"),
    (r"보내|발송|게시|공개", r"모든|전체|전 직원"),
    (r"송금|이체|입금", AMOUNT),
    (r"배포", r"운영|프로덕션|실서버"),
    (r"서명|해지|사인", r"계약"),
    (r"删除|刪除|清空|抹掉|删掉", r"所有|全部|整个|数据库|账号|账户|帳號"),
    (r"发送|发给|群发|發送|发布|推送", r"所有|全体|全部"),
    (r"转账|汇款|打款|支付|付款|转给|轉帳", AMOUNT),
    (r"部署|上线|发布", r"生产|线上|正式环境"),
    (r"签署|签字|签|解除|终止", r"合同|协议|租约"),
)
"""What is done, and to what: within `NEAR` characters of each other, in either order."""

COMMANDS = (
    r"\brm -r?f\b|\bmkfs\b|\bdd if=|git push (?:-f\b|--force)|force[- ]push|reset --hard|terraform destroy"
    r"|kubectl delete|drop database|\bdel /s\b|flushall"
)
"""Commands that do it by themselves."""

IMPERATIVE = (
    r"^[^a-z]*(?:please |now |ok,? |okay,? |go ahead and |just |then )*"
    r"(?:publish|submit|send|sign|cancel|terminate|fire|delete|pay|sell|wire|approve)"
    r" (?:it|this|that|them|him|her|the|our|my|these|those|all|[$€£¥₹]?\d)"
)
"""An order to act at the beginning of a message."""

NEAR = 40
