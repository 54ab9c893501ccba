"""The owner's explicit wish in words: "ask the CEO", "use the cheapest", 让总监来做. Pure and conservative.

A wish stands at the beginning or the end of a message, as a clause of its own: a letter *about* a CEO is none, nor
is a question why one was asked.
"""

import re

from nexus.work_order import Role
from routing.folding import plain_form

EDGE_CHARS = 160
"""Read at each end of a message; a wish in the middle of a long text is taken for a part of the text."""


def wish(text: str) -> Role | None:
    """The tier that the message asks for, or None where it asks for none, for two, or not clearly."""
    stripped = text.strip()
    first = plain_form(stripped[:EDGE_CHARS])
    last = plain_form(stripped[-EDGE_CHARS:])
    wished = {role for role, starts, ends in _WISHES if starts.match(first) or ends.search(last)}
    return wished.pop() if len(wished) == 1 else None


_NAMES = {
    Role.INTERN: r"(?:intern|praktikant\w*|stagiaire|becari[oa]|stagista|estagiari[oa]|stagiair|stazyst\w*"
    r"|стажер\w*|stajyer\w*"
    r"|المتدرب|इंटर्न|インターン|인턴|实习生|實習生)",
    Role.DIRECTOR: r"(?:director|direktor\w*|abteilungsleiter|directeur|direttore|diretor|dyrektor\w*|директор\w*"
    r"|direktor\w*|mudur\w*"
    r"|المدير|डायरेक्टर|निदेशक|ディレクター|部長|디렉터|이사|总监|總監)",
    Role.CEO: r"(?:ceo|chef(?:in)?|geschaftsfuhrer\w*|pdg|patron|amministratore delegato|prezes\w*"
    r"|гендиректор\w*|genel mudur\w*"
    r"|الرئيس التنفيذي|सीईओ|最高経営責任者|社長|대표|首席执行官|老板)",
}
_MODELS = {
    Role.INTERN: r"(?:use |take |with |nimm |mit |utilise |usa |usar |gebruik |uzyj |используи "
    r"|kullan )?(?:only )?(?:the |your |das |dem |le |el |il |o |het )?"
    r"(?:cheapest(?: (?:model|tier|option|one))?|cheap model|billigste\w*(?: modell)?"
    r"|gunstigste\w*(?: modell)?"
    r"|(?:modele )?le moins cher|modelo mas barato|mas barato|modello piu economico"
    r"|modelo mais barato|goedkoopste(?: model)?"
    r"|najtansz\w*(?: modelu?)?|сам\w+ дешев\w+(?: модель)?|en ucuz(?: modeli?)?|claude haiku(?: \d(?:\.\d)?)?)",
    Role.DIRECTOR: r"(?:use |take |nimm |utilise |usa |usar )claude sonnet(?: \d(?:\.\d)?)?",
    Role.CEO: r"(?:use |take |with |nimm |mit |utilise |usa |usar |gebruik |uzyj |используи |kullan )(?:the "
    r"|your |das |dem |le |el |il |o |het )?"
    r"(?:best model(?: you have)?|strongest(?: (?:model|one))?|smartest(?: (?:model|one))?"
    r"|most (?:expensive|capable|powerful) (?:model|one)"
    r"|beste modell|starkste modell|meilleur modele|mejor modelo|modello migliore|melhor modelo|beste model"
    r"|(?:claude )?opus(?: \d(?:\.\d)?)?"
    r"|najlepsz\w+ modelu?|лучш\w+ модель|en iyi modeli)",
}
_ASIAN = {
    Role.INTERN: r"(?:用最便宜的(?:模型)?|最便宜的就行|一番安い(?:モデル|の)(?:で|を使って)|가장 싼 (?:모델"
    r"|걸)(?:로|을 써)|सबसे सस्ता (?:मॉडल )?(?:इस्तेमाल|use)"
    r"|استخدم (?:النموذج )?الارخص)",
    Role.CEO: r"(?:用最好的(?:模型)?|用最强的(?:模型)?|一番良いモデルで|最高のモデルで|가장 좋은 모델(?:로"
    r"|을 써)|सबसे अच्छा मॉडल|استخدم افضل نموذج)",
}
_ARTICLE = (
    r"(?:the |our |your |den |die |der |das |dem |unseren |le |la |el |il |lo |al |o |ao |a |de |het |do |)"
)
_END = r"(?=\s*(?:[:,.;!\-–—\n，。：！、]|$))"
_AND_THEN = (
    r"(?=\s*(?:[:,.;!\-–—\n，。：！、]|$|to (?:do|handle|answer|solve|write|check|look at|take)\b"
    r"|(?:do|handle|answer|solve|write|check"
    r"|take|decide)\b))"
)


def _asked(name: str) -> str:
    """The ways to ask for somebody, in the folded form."""
    return (
        rf"(?:ask|use|let|give (?:it|this) to|hand (?:it|this) to|send (?:it|this) to|have|i want|get"
        rf"|escalate (?:it |this )?to"
        rf"|this is for|for) {_ARTICLE}{name}{_AND_THEN}"
        rf"|(?:frag|frage|lass|gib (?:es|das|dies)"
        rf"|nimm) (?:bitte )?{_ARTICLE}{name}(?=\s*(?:[:,.;!\n]|$|ran|machen|das machen|antworten))"
        rf"|(?:demande|demandez|donne|laisse)(?:[- ]le)? (?:a |au |faire (?:a |au "
        rf"|par ))?{_ARTICLE}{name}{_END}"
        rf"|(?:pregunta|preguntale|dale|pasalo|que lo haga) (?:a |al )?{_ARTICLE}{name}{_END}"
        rf"|(?:chiedi|dallo|passalo|fallo fare) (?:a |al |all')?{_ARTICLE}{name}{_END}"
        rf"|(?:pergunte|passe|peca|deixe) (?:isso )?(?:a |ao |para )?{_ARTICLE}{name}{_END}"
        rf"|(?:vraag|geef|laat) (?:dit |het )?(?:aan )?{_ARTICLE}{name}(?=\s*(?:[:,.;!\n]|$"
        rf"|dit doen|het doen))"
        rf"|(?:zapytai|zapytaj|daj to|niech) {name}(?=\s*(?:[:,.;!\n]|$|to zrobi|odpowie))"
        rf"|(?:спроси|пусть|отдаи|поручи)(?: это)? {name}(?=\s*(?:[:,.;!\n]|$|сделает|ответит|решит))"
        rf"|(?:اسال|دع|اعط هذا الى) {name}{_END}|{name} (?:से पूछो|से पूछें|को दो|से करवाओ){_END}"
        rf"|(?:bunu )?{name} (?:sor|yapsin|baksin|cozsun|e sor|a sor|ye sor){_END}"
        rf"|{name}に(?:聞いて|任せて|やらせて|頼んで|やってもらって)|{name}(?:에게|한테) (?:물어|맡겨|시켜)"
        rf"|(?:让|叫|请|找|問|问|交给|讓){name}(?:来|來)?(?:做|处理|回答|解决|看|写|處理|$|[，。：！、])"
    )


def _wishes() -> tuple[tuple[Role, re.Pattern[str], re.Pattern[str]], ...]:
    polite = (
        r"[\s\"'“(]*(?:please |bitte |por favor |s'il te plait |per favore |请|麻烦|lutfen "
        r"|пожалуиста,? |hey |nexus,? )*"
    )
    found = []
    for role, name in _NAMES.items():
        model = "|".join(
            filter(None, (rf"{_MODELS[role]}{_END}" if role in _MODELS else "", _ASIAN.get(role, "")))
        )
        way = plain_form(_asked(name) + (f"|{model}" if model else ""))
        after = r"[\s)”\"'.!。！]*(?:please|bitte|por favor|per favore|svp|stp)?[\s)”\"'.!。！]*$"
        found.append(
            (
                role,
                re.compile(f"{polite}(?:{way})"),
                re.compile(
                    rf"(?:^|[.!?;:,\n—–。！？，；]\s*)(?:and |but |then |und )?{polite}(?:{way}){after}"
                ),
            )
        )
    return tuple(found)


_WISHES = _wishes()
