"""What the front desk can answer or must ask by itself: small talk, and messages that nothing can be done with.

Pure. Prefers to hand on: a question back annoys, so it is asked only where the whole message is a bare order about a
thing that nobody has shown.
"""

import re
from dataclasses import dataclass

from routing.folding import plain_form

QUOTED_CHARS = 80
BARE_CHARS = 160
SMALL_TALK_CHARS = 80


@dataclass(frozen=True, slots=True)
class Clarify:
    """The message cannot be acted on; `question` goes back to the owner."""

    rule: str
    question: str


def clarify(text: str, *, has_history: bool) -> Clarify | None:
    """The question to ask back, in the message's language, or None. `has_history`: "it" may have been shown before."""
    stripped = text.strip()
    if not re.search(r"\w", stripped[:10_000]) and not re.search(r"\w", stripped):
        return Clarify("no_words", "What would you like me to do? Your message has no words in it.")
    if has_history or len(stripped) > BARE_CHARS:
        return None
    plain = plain_form(stripped)
    for pattern, question in _BARE:
        if pattern.fullmatch(plain):
            return Clarify("bare_reference", question.format(stripped[:QUOTED_CHARS]))
    return None


def is_small_talk(text: str) -> bool:
    """True for a greeting, thanks, a goodbye or a word of agreement with nothing else in it."""
    return len(text) <= SMALL_TALK_CHARS and _SMALL_TALK.fullmatch(plain_form(text)) is not None


_EN_THING = (
    r"(?:it|this|that|them|these|those|(?:the|this|that|my) (?:thing|file|code|text|bug|error|document"
    r"|report|table))"
)
_ROMANCE_THING = r"(?:esto|eso|lo|isto|isso|ca|cela|ceci|questo|quello|le texte|el texto|o texto|il testo)"
_EN = (
    r"(?:please |pls |can you |could you |now |hey |hi |just )*"
    r"(?:fix|do|make|finish|continue|change|improve|summari[sz]e|translate|explain|check|send"
    r"|delete|run|solve|rewrite"
    r"|review|proofread|shorten|correct|edit|analy[sz]e)"
    rf" {_EN_THING}(?: (?:now|please|again|better|shorter|for me|to english|to german|into english|asap))*"
)
_DE = (
    r"(?:bitte |kannst du |konnen sie |mal )*(?:"
    r"(?:mach|korrigier|ubersetz|prufe?|reparier|verbesser|erklar|losch|schick|fass|lose?|andere?)\w*"
    r" (?:das|es|dies|diesen text|den text|die datei|mir das)(?: (?:bitte|mal|zusammen|fertig"
    r"|ins englische))*"
    r"|(?:das|es|den text) (?:bitte )?(?:korrigieren|ubersetzen|prufen|reparieren|verbessern"
    r"|erklaren|zusammenfassen))"
)
_FR = (
    r"(?:s'il te plait |s'il vous plait |peux-tu |pouvez-vous )*"
    r"(?:corrige|traduis|traduisez|resume|explique|ameliore|verifie|fais|finis|continue)[rz]?[- ]"
    rf"(?:le|la|{_ROMANCE_THING})(?: (?:s'il te plait|s'il vous plait|stp|svp))*"
)
_ES = (
    rf"(?:por favor |puedes )*(?:(?:arregla|corrige|traduce|resume|explica|mejora|revisa|haz"
    rf"|termina)(?:r)?(?:lo| {_ROMANCE_THING}))"
    r"(?:,? por favor)*"
)
_PT = (
    rf"(?:por favor |pode )*(?:arrum|corrij|corrig|traduz|resum|expli|melhor|revis"
    rf"|fac)\w*(?:-o)?(?: {_ROMANCE_THING})(?:,? por favor)*"
)
_IT = (
    rf"(?:per favore |puoi )*(?:correggi|traduci|riassumi|spiega|migliora|controlla|sistema|fai|tradur"
    rf"|corregger|riassumer|spiegar|migliorar|controllar|sistemar|far)(?:lo"
    rf"| {_ROMANCE_THING})(?:,? per favore)*"
)
_NL = (
    r"(?:kun je |wil je )*(?:vertaal|verbeter|maak|controleer|vat|repareer|doe|leg) (?:dit|dat"
    r"|het)(?: (?:samen|uit|af|even|alsjeblieft|aub))*"
)
_PL = (
    r"(?:prosze )*(?:popraw|przetlumacz|stresc|wyjasnij|sprawdz|napraw|zrob|dokoncz) (?:to|tego"
    r"|ten tekst)(?: (?:prosze))*"
)
_RU = (
    r"(?:пожалуиста,? )*(?:исправь|переведи|сделаи|обьясни|объясни|проверь|сократи|улучши|доделаи"
    r"|исправьте|переведите)(?: (?:это|его|ее|текст|этот текст))?(?: пожалуиста)*"
)
_TR = (
    r"(?:lutfen )*(?:sunu|bunu|onu) (?:duzelt|cevir|ozetle|acikla|kontrol et|yap|bitir|iyilestir)(?: lutfen)*"
)
_AR = r"(?:من فضلك |ارجو |رجاء )*(?:ترجم|صحح|لخص|اشرح|اصلح|اكمل|راجع)(?:ه| هذا| ذلك| النص)?(?: من فضلك)*"
_HI = (
    r"(?:कृपया )*(?:इसे|इसको|यह|उसे)(?: (?:ठीक|अनुवाद|सही|छोटा|पूरा|ट्रांसलेट))*(?: (?:करो|करें|कर दो"
    r"|कर दीजिए|समझाओ|समझाइए))+"
)
_JA = (
    r"(?:これ|それ|この文|この文章)(?:を)?(?:直して|訳して|翻訳して|要約して|説明して|修正して"
    r"|確認して|やって|翻訳|要約|修正)(?:ください|下さい|くれる|もらえますか)?"
)
_KO = (
    r"(?:이거|이것|이걸|그거|그걸)(?:을|를)? ?(?:고쳐|번역해|요약해|설명해|수정해|확인해|해)(?: ?(?:줘"
    r"|주세요|줄래|주실래요))?"
)
_ZH = (
    r"(?:请|帮我|麻烦)*(?:修复|改|做|翻译|总结|解释|继续|检查|修改|润色|翻譯|修正)(?:一下)?(?:它|这个"
    r"|那个|这|那|這個)?(?:吧|吗|一下)?"
)
_END = r"[\s.!?。！？،؟।…]*"

_ASKED = "What does “{}” refer to? Please send the thing itself and the result you want."
_BARE = tuple(
    (re.compile(plain_form(pattern) + _END), question)
    for pattern, question in (
        (_EN, _ASKED),
        (
            _DE,
            "Worauf bezieht sich „{}“? Bitte schicken Sie den Inhalt selbst und sagen Sie, was herauskommen soll.",
        ),
        (
            _FR,
            "À quoi se rapporte « {} » ? Envoyez le contenu lui-même et le résultat souhaité, s'il vous plaît.",
        ),
        (_ES, "¿A qué se refiere «{}»? Envíe el contenido y diga qué resultado desea, por favor."),
        (_PT, "A que se refere “{}”? Envie o conteúdo e diga que resultado deseja, por favor."),
        (
            _IT,
            "A che cosa si riferisce «{}»? Invii il contenuto e dica quale risultato desidera, per favore.",
        ),
        (_NL, "Waar slaat “{}” op? Stuur de inhoud zelf en zeg welk resultaat u wilt."),
        (_PL, "Czego dotyczy „{}”? Proszę przesłać samą treść i napisać, jaki ma być wynik."),
        (_RU, "К чему относится «{}»? Пришлите, пожалуйста, сам материал и напишите, какой нужен результат."),
        (_TR, "“{}” neyle ilgili? Lütfen içeriğin kendisini gönderin ve istediğiniz sonucu yazın."),
        (_AR, "إلى ماذا يشير «{}»؟ من فضلك أرسل المحتوى نفسه والنتيجة التي تريدها."),
        (_HI, "“{}” किसके बारे में है? कृपया सामग्री भेजें और बताएँ कि आपको क्या परिणाम चाहिए।"),
        (_JA, "「{}」は何を指していますか。内容そのものと、ほしい結果を送ってください。"),
        (_KO, "“{}”은(는) 무엇을 가리키나요? 내용 자체와 원하시는 결과를 보내 주세요."),
        (_ZH, "你说的“{}”指的是什么？请把内容或文件发给我，并说明想要的结果。"),
    )
)
_TALK = (
    "hi|hello|hey|yo|hi there|hello there|good (?:morning|afternoon|evening|night|day)|thanks"
    "|thank you|thx|ty|cheers"
    "|thanks a lot|many thanks|thank you (?:so|very) much|thank you all|thanks all|and|und|et|e|y"
    "|ok|okay|k|alright|all right|great|perfect|nice|cool|awesome"
    "|super|good job|well done|bye|goodbye|see you|see you (?:later|tomorrow)|how are you"
    "|how are you doing|what'?s up"
    "|ping|test|yes|no|yep|nope|sure|got it|that helps|lol|haha|sounds good|never ?mind"
    "|that'?s all|nexus|again|for today"
    "|hallo|guten (?:tag|morgen|abend)|gute nacht|moin|servus|gruss gott|danke|danke (?:schon"
    "|sehr|dir)|vielen dank|tschuss"
    "|auf wiedersehen|ja|nein|genau|prima|wie geht'?s|wie geht es (?:dir|ihnen)|passt|alles klar"
    "|schonen (?:tag|abend)"
    "|bonjour|bonsoir|salut|merci|merci (?:beaucoup|bien)|au revoir|oui|non|d'accord|parfait"
    "|ca va|super|bonne (?:nuit|journee)"
    "|hola|buenos dias|buenas (?:tardes|noches)|gracias|muchas gracias|adios|si|vale|perfecto"
    "|que tal|hasta luego|genial"
    "|ciao|buongiorno|buonasera|buonanotte|grazie|grazie mille|arrivederci|va bene|perfetto|come (?:stai|va)"
    "|ola|oi|bom dia|boa (?:tarde|noite)|obrigad[oa]|muito obrigad[oa]|tchau|sim|nao|tudo bem"
    "|valeu|perfeito|ate (?:logo|amanha)"
    "|hoi|goede(?:morgen|middag|navond)|dank (?:je|u)|dank je wel|bedankt|doei|tot ziens|prima|hoe gaat het"
    "|czesc|dzien dobry|dobry wieczor|dobranoc|dziekuje|dzieki|do widzenia|tak|nie|jak sie masz"
    "|super|swietnie"
    "|привет|здравствуите|доброе утро|добрыи (?:день|вечер)|спасибо|большое спасибо"
    "|спасибо большое|пока|до свидания|да|нет"
    "|хорошо|отлично|ок|как дела|понятно"
    "|merhaba|selam|gunaydin|iyi (?:aksamlar|geceler|gunler)|tesekkurler|tesekkur ederim"
    "|cok tesekkurler|sag ol|hosca kal|evet"
    "|hayir|tamam|harika|nasilsin"
    "|مرحبا|اهلا|السلام عليكم|صباح الخير|مساء الخير|شكرا|شكرا جزيلا|مع السلامة|نعم|لا|حسنا|تمام"
    "|ممتاز|كيف حالك"
    "|नमस्ते|नमस्कार|सुप्रभात|धन्यवाद|शुक्रिया|बहुत धन्यवाद|अलविदा|हाँ|नहीं|ठीक है|बढ़िया|कैसे हो|आप कैसे हैं"
    "|こんにちは|おはよう|おはようございます|こんばんは|ありがとう|ありがとうございます"
    "|さようなら|はい|いいえ|了解|了解です|おやすみ|お疲れ様です|元気"
    "|안녕|안녕하세요|고마워|고맙습니다|감사합니다|잘 가|안녕히 계세요|네|아니요|알겠습니다|좋아요|잘 지내"
    "|你好|您好|早上好|早安|晚上好|晚安|谢谢|多谢|谢谢你|非常感谢|謝謝|再见|在吗|嗨|好的|好"
    "|明白了|收到|辛苦了|太好了"
)
_SEP = r"[\s,.!?¡¿。，！？、~…:;)(\-–—😀-🙏🌀-🗿🚀-🛿✨❤\ufe0f]*"
_SMALL_TALK = re.compile(
    rf"(?:{_SEP}(?:{plain_form(_TALK)})(?!\w)){{1,5}}{_SEP}(?:you|nexus|all|everyone|zusammen)?{_SEP}"
)
