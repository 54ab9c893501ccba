"""German, French and Spanish requests in the plain English of the readers, phrase by phrase.

Only the words with which people demand something are known; all others stay as they are. A sentence is touched
only when it has an unmistakable word of its language, so that an English one never is. Pure; one pass each.
"""

# ruff: noqa: E501 - a list of phrases reads better in lines

import re
from collections.abc import Iterator

_LANGUAGES = {
    "deutsch": "german", "englisch": "english", "französisch": "french", "spanisch": "spanish", "italienisch": "italian",
    "portugiesisch": "portuguese", "russisch": "russian", "chinesisch": "chinese", "japanisch": "japanese", "türkisch": "turkish",
    "allemand": "german", "anglais": "english", "français": "french", "espagnol": "spanish", "italien": "italian",
    "portugais": "portuguese", "russe": "russian", "chinois": "chinese", "japonais": "japanese",
    "alemán": "german", "inglés": "english", "francés": "french", "español": "spanish", "italiano": "italian",
    "portugués": "portuguese", "ruso": "russian", "chino": "chinese", "japonés": "japanese",
}  # fmt: skip

# "phrase=English"; a phrase is a pattern, the longest one wins.
_GERMAN = """
nicht mehr als=no more than|nicht weniger als=no fewer than|weniger als=fewer than|mehr als=more than|mindestens=at least|wenigstens=at least
minimal=at least|höchstens=at most|maximal=at most|nicht über=no more than|unter=under|über=over|bis zu=up to|genau=exactly|exakt=exactly|zwischen=between|oder mehr=or more|oder weniger=or less
wörter[n]?=words|worten?=words|das wort=the word|wort=word|des wortes=of the word|sätze[n]?=sentences|satz=sentence|absätze[n]?=paragraphs|absatz=paragraph
abschnitte[n]?=sections|abschnitt=section|zeichen=characters|zeilen=lines|zeile=line|stichpunkte[n]?=bullet points|stichwörter[n]?=keywords|schlüsselwörter=keywords|aufzählungspunkte[n]?=bullet points
platzhaltern?=placeholders|(?:in )?eckigen klammern=in square brackets|doppelten spitzen klammern=double angular brackets|titel=title|überschrift=title|tabelle=table
kommas?=commas|kommata=commas|großbuchstaben=capital letters|kleinbuchstaben=lowercase letters|großgeschrieben=in all capital letters|kleingeschrieben=in all lowercase letters
doppelte[nr]? anführungszeichen=double quotation marks|anführungszeichen=double quotation marks|der buchstabe=the letter|den buchstaben=the letter|buchstabe=letter|ausrufezeichen=exclamation marks
im json[- ]format=in json format|json[- ]format=json format|als json=as json|mit json=with json
einmal=1 time|zweimal=2 times|dreimal=3 times|viermal=4 times|fünfmal=5 times|sechsmal=6 times|zehnmal=10 times|mal=times
ein(?:en|em|er|e|es)?=a|zwei=two|drei=three|vier=four|fünf=five|sechs=six|sieben=seven|acht=eight|neun=nine|zehn=ten|zwölf=twelve|fünfzehn=fifteen|zwanzig=twenty|fünfzig=fifty|hundert=a hundred|zweihundert=two hundred|dreihundert=three hundred
antworten sie=answer|schreiben sie=write|verwenden sie=use|benutzen sie=use|beenden sie=end|beginnen sie=begin|vermeiden sie=avoid
antworte[nt]?=answer|schreibe?[nt]?=write|verfass(?:e|en)=write|erkläre?n?=explain|beschreibe?n?=describe|fasse?=summarize|verwende[nt]?=use|verwendet werden=be used|benutze[nt]?=use|benutzt werden=be used|nutze=use
erwähne[n]?=mention|nenne[n]?=mention|vermeide[n]?=avoid|verzichte[nt]?(?: sie)? auf=avoid|beende[n]?=end|ende[nt]?=end|beginne?[nt]?=begin|enthalten=contain|enthält=contains|vorkommen=appear|auftauchen=appear|erscheinen=appear|umfassen=have|haben=have|sein=be|bestehen aus=consist of|überschreiten=exceed
muss=must|müssen=must|soll(?:te)?n?=should|darf=may|dürfen=may|kann=can|deine[rn]? (?:ganze |gesamte |komplette )?antwort=your answer|die (?:ganze |gesamte |komplette )?antwort=the answer|antwort=answer|der (?:ganze |gesamte )?text=the text|alles=everything
nur=only|ausschließlich=only|bitte=please|keine?[nrs]?=no|nicht=not|ohne=without|und=and|oder=or|sowie=and|mit=with|in=in|auf(?= (?:deutsch|englisch|französisch|spanisch|italienisch|portugiesisch|russisch|chinesisch|japanisch|türkisch))=in|die=the|das=the|der=the|den=the|dem=the|folgenden?=following|wie viele=how many|warum=why|wie=how|was=what|welche[rs]?=which|wer=who|wenn=if|falls=if|sagte=said|übersetze=translate
"""
_FRENCH = """
pas plus de=no more than|pas moins de=no fewer than|moins de=fewer than|plus de=more than|au moins=at least|au minimum=at least|minimum=at least|un minimum de=at least|au plus=at most|au maximum=at most|un maximum de=at most|maximum=maximum|jusqu'à=up to
exactement=exactly|précisément=exactly|entre=between|ou plus=or more|ou moins=or less|ne (?:doit|doivent) pas dépasser=must not exceed|dépasser=exceed
mot=word|mots=words|le mot=the word|les mots=the words|mots[- ]clés=keywords|phrases=sentences|phrase=sentence|paragraphes=paragraphs|paragraphe=paragraph|caractères=characters|lignes=lines|sections=sections|puces=bullet points|points=points|titre=title|tableau=table
virgules?=commas|majuscules=capital letters|minuscules=lowercase letters|guillemets(?: doubles)?=double quotation marks|crochets=square brackets|la lettre=the letter|fois=times
au format json=in json format|en json=in json|format json=json format
un=a|une=a|deux=two|trois=three|quatre=four|cinq=five|sept=seven|huit=eight|neuf=nine|dix=ten|douze=twelve|quinze=fifteen|vingt=twenty|cinquante=fifty|cent=a hundred|deux cents=two hundred|trois cents=three hundred
réponds=answer|répondez=answer|répondre=answer|écris=write|écrivez=write|rédige[z]?=write|explique[z]?=explain|décris=describe|décrivez=describe|résume[z]?=summarize|n'utilise[z]? pas=do not use|n'utilise[z]? aucune?=use no|n'emploie[z]? pas=do not use|ne mentionne[z]? pas=do not mention|n'écris pas=do not write
utilise[rz]?=use|emploie=use|employez=use|mentionne[rz]?=mention|évite[rz]?=avoid|termine[rz]?=end|finis=end|finissez=end|commence[rz]?=begin|inclus=include|incluez=include|inclure=include|contenir=contain|contient=contains|apparaître=appear|comporter=have|avoir=have|être=be|se terminer=end|terminer=end
doit=must|doivent=must|devrait=should|peut=may|ta (?:réponse|réponse entière)=your answer|toute ta réponse=your whole answer|votre réponse=your answer|la réponse=the answer|réponse=answer|le texte=the text|tout=everything
uniquement=only|seulement=only|exclusivement=only|s'il (?:te|vous) plaît=please|merci de=please|aucune?=no|sans=without|ne pas utiliser=do not use|pas de=no|et=and|ou=or|avec=with|par=with|en=in|le=the|la=the|les=the|suivants=following|combien de=how many|pourquoi=why|comment=how|quel(?:le)?s?=which|qui=who|si=if|traduis=translate|traduisez=translate
"""
_SPANISH = """
no más de=no more than|no menos de=no fewer than|menos de=fewer than|más de=more than|al menos=at least|por lo menos=at least|como mínimo=at least|un mínimo de=at least|mínimo=at least|como máximo=at most|un máximo de=at most|máximo=maximum|hasta=up to|exactamente=exactly|entre=between|o más=or more|o menos=or less|no (?:debe|deben) superar(?: las)?=must not exceed|superar=exceed
palabras=words|palabra=word|la palabra=the word|las palabras=the words|palabras clave=keywords|oraciones=sentences|frases=sentences|oración=sentence|frase=sentence|párrafos=paragraphs|párrafo=paragraph|caracteres=characters|líneas=lines|secciones=sections|viñetas=bullet points|título=title|tabla=table
comas=commas|coma=comma|mayúsculas=capital letters|minúsculas=lowercase letters|comillas(?: dobles)?=double quotation marks|corchetes=square brackets|la letra=the letter|veces=times|vez=time|en formato json=in json format|formato json=json format|en json=in json
un=a|una=a|dos=two|tres=three|cuatro=four|cinco=five|seis=six|siete=seven|ocho=eight|nueve=nine|diez=ten|doce=twelve|quince=fifteen|veinte=twenty|cincuenta=fifty|cien=a hundred|doscientas=two hundred|trescientas=three hundred
responde=answer|responda=answer|contesta=answer|conteste=answer|escribe=write|escriba=write|redacta=write|explica=explain|describe=describe|resume=summarize|no uses=do not use|no use=do not use|no utilices=do not use|no utilice=do not use|no menciones=do not mention|no incluyas=do not include|no escribas=do not write
usa=use|use=use|utiliza=use|utilice=use|menciona=mention|evita=avoid|evite=avoid|termina=end|termine=end|finaliza=end|acaba=end|empieza=begin|comienza=begin|incluye=include|incluya=include|contener=contain|contiene=contains|aparecer=appear|tener=have|ser=be|estar=be|terminar=end
debe=must|deben=must|debería=should|puede=may|tu respuesta=your answer|su respuesta=your answer|la respuesta=the answer|respuesta=answer|el texto=the text|todo=everything|toda tu respuesta=your whole answer
solo=only|sólo=only|solamente=only|únicamente=only|por favor=please|ninguna?=no|sin=without|y=and|o=or|con=with|en=in|el=the|la=the|los=the|las=the|siguientes=following|cuántas=how many|cuántos=how many|por qué=why|cómo=how|qué=what|cuál=which|quién=who|si=if|traduce=translate|traduzca=translate
"""
_CUES = {
    "de": r"mindestens|höchstens|maximal|genau|wörter\w?|sätze\w?|absätze\w?|wort|nicht|keine?\w?|verwende\w?|benutze\w?|schreibe?\w?|antwort\w{0,3}|muss|müssen|soll(?:te)?|darf|dürfen|bitte|beende\w?|vermeide\w?|verzichte\w?|auf\s(?:deutsch|englisch|französisch|spanisch|italienisch|russisch|chinesisch|japanisch)|\w*buchstaben|ohne|deine?\w?",
    "fr": r"au\smoins|au\smaximum|au\splus|pas\splus\sde|mots|phrases\smaximum|exactement|réponds|répondez|écris|écrivez|rédige\w?|n'utilise\w?|utilise[rz]?|termine[zr]|ta\sréponse|votre\sréponse|la\sréponse|virgules?|majuscules|minuscules|le\smot|uniquement|évite[rz]?|doit|sans",
    "es": r"al\smenos|como\smínimo|como\smáximo|más\sde|palabras?|oraciones|párrafos|responde|contesta|escribe|no\suses|utiliza|incluye|evita|termina|tu\srespuesta|la\srespuesta|comas|mayúsculas|minúsculas|exactamente|debe|sin",
}
_CUE = {code: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) for code, words in _CUES.items()}
# Words that a language shares with English say nothing; then a second word must say it.
_WEAK = {"sin", "maximal"}


def _phrases(text: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"[|\n](?![^()\n]*\))", text.strip()):
        # The last "=" divides: a pattern may have one in a look-ahead.
        pattern, _, english = part.rpartition("=")
        yield pattern, english
    for name, english in _LANGUAGES.items():
        yield name, english


def _compiled(text: str) -> tuple[re.Pattern[str], list[str]]:
    """One pattern of all phrases, longest first, and the English of each of its groups."""
    phrases = sorted(_phrases(text), key=lambda pair: -len(pair[0]))
    pattern = "|".join(f"({phrase.replace(' ', chr(92) + 's')})" for phrase, _ in phrases)
    return re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.IGNORECASE), [
        english for _, english in phrases
    ]


_TABLES = {"de": _compiled(_GERMAN), "fr": _compiled(_FRENCH), "es": _compiled(_SPANISH)}
# German and French put some words elsewhere than English does.
_ORDER = (
    (re.compile(r",\s(?:the|who|which|deren|dessen)\s(?!(?:[^,.]{1,80}\s)?(?:hat|haben|have|contains|contain|umfasst|besteht|ist|be)\W*$)[^,.⟦]{1,120}\s\w+t(?=\W*$)", re.IGNORECASE), ""),
    (re.compile(r"\b(use|mention|write|answer)\snot\b", re.IGNORECASE), r"do not \1"),
    (re.compile(r"^(\W*(?:please\s)?)not\s(?=.{0,80}\b(?:use|mention|write)\W*$)", re.IGNORECASE), r"\1do not use "),
    (re.compile(r"\b(must|should|may|can)(\snot)?\s([^.⟦]{1,40}?)\s(appear|contain|have|be\sused|be)(?=\W|$)", re.IGNORECASE), r"\1\2 \4 \3"),
    (re.compile(r"\b(must|should|may|can)\s(appear|contain|have|be\sused)\snot\b", re.IGNORECASE), r"\1 not \2"),
    (re.compile(r"\b(no\s[\w ]{1,30}?)\suse\b", re.IGNORECASE), r"use \1"),
    (re.compile(r"\bin\s(german|english|french|spanish|italian|russian|chinese|japanese)\s(?:please\s)?answer\b", re.IGNORECASE), r"answer in \1"),
)  # fmt: skip


def in_english(sentence: str) -> str:
    """The sentence with the demanding phrases of German, French or Spanish in English; others unchanged."""
    for code, cue in _CUE.items():
        found = {each.lower() for each in cue.findall(sentence[:4000])} - _WEAK
        if found:
            pattern, english = _TABLES[code]
            plain = pattern.sub(lambda hit, words=english: words[(hit.lastindex or 1) - 1], sentence)  # type: ignore[misc]
            for wrong, right in _ORDER:
                plain = wrong.sub(right, plain)
            return plain
    return sentence
