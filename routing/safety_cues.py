"""The words around the safety floor's topics, as data: whose case it is, whether a decision is asked for, word play.

Written like routing/safety_words.py.
"""

OWN = """
    =my =me =i =we =our =us =i'm mine
    =ich =wir =mein =meine =meinem =meinen =meiner =unser =unsere =unserem =unseren =mir =uns
    =je =j =mon =ma =mes =nous =notre =nos
    =mi =mis =yo =nuestro =nuestra =me =io =mio =mia =mie =miei =nostro =nostra
    =eu =meu =minha =meus =minhas =nosso =nossa =ik =mijn =wij =ons =onze
    =ja =moj =moja =moje =mojego =mojej =nasz =nasza =mam =мой =моя =мою =моего =меня =мне =я =наш =наша =нас
    =ben =benim =biz =bizim =bana أنا لدي عندي زوجي ابني मेरे मेरी मेरा मुझे मैं हमार 私 僕 うちの 我が
    弊社 내 제가 저는 우리 저희
    我 我们 我的 咱 husband wife daughter son mother father dad mum mom =meine_frau mari femme_ marido
    esposa moglie marito
    maz_ zona_ zone syn_ corka matka dziecko муж жена дочь сын мама папа ребенк ребенок kocam karim oglum
    kizim annem babam
"""

DECISION = """
    should_i should_we can_i can_we may_i may_we must_i must_we am_i_allowed am_i_liable am_i_obliged
    are_we_liable
    are_we_allowed do_i_have_to do_we_have_to do_i_need do_we_need is_it_safe is_it_legal is_it_ok
    is_this_legal
    is_that_legal is_it_dangerous am_i_entitled do_i_owe what_are_my_rights what_are_my_options what_should_i
    what_should_we what_do_i_do what_do_we_do what_would_you_do how_much_should how_much_can_i how_many_can_i
    advise_me advise_us could_i could_we would_it_be_better is_it_better is_it_worth help_me_decide
    how_do_i_get_out
    good_idea wait_or_go is_that_allowed is_it_allowed is_this_allowed what_would_you_advise
    think_it_through ought_i next_steps what_now right_now an_hour_ago what_do_we_do_now to_the_er
    soll_ich sollen_wir sollte_ich sollten_wir kann_ich konnen_wir darf_ich durfen_wir muss_ich mussen_wir
    ist_es_erlaubt ist_das_erlaubt ist_das_legal was_ist_am_besten was_tun_wir was_mach was_soll_ich
    was_sollen_wir was_tun wie_viel_darf hafte_ich
    haften_wir lohnt_es_sich wie_viel_kann habe_ich_anspruch
    dois_je devons_nous puis_je pouvons_nous faut_il est_ce_legal est_ce_que_je_peux est_ce_que_je_dois
    que_faire
    ai_je_le_droit je_fais_quoi que_dois_je combien_puis peut_on on_peut
    debo_ debemos puedo podemos tengo_que es_legal es_seguro que_hago que_debo me_conviene deberia
    tengo_derecho la_llevo lo_llevo deberiamos
    devo_ dobbiamo posso possiamo conviene e_legale e_sicuro cosa_devo cosa_faccio ho_diritto dovrei rischio
    devo_ devemos podemos posso e_seguro o_que_devo o_que_faco vale_a_pena tenho_direito deveria
    moet_ik moeten_wij kan_ik mag_ik mogen_we moeten_we is_het_legaal is_het_veilig verstandig wat_moet
    heb_ik_recht
    czy_wystarczy czy_lepiej czy_powinien czy_moge czy_mozna czy_musze czy_powinn co_mam_zrobic co_robic
    czy_warto ile_moge
    czy_mam_prawo
    стоит_ли можно_ли должен_ли должна_ли могу_ли имею_ли что_мне_делать что_делать законно_ли нужно_ли
    сколько_можно
    как_быть имеет_ли_право
    mali_miyim meli_miyim yapmaliyim etmeliyim ne_yapmaliyim ne_yapabilirim alabilir_miyim edebilir_miyim
    zorunda_miyim karar_vermeli ne_yapayim guvenli_mi yasal_mi hakkim_var ne_yapmam icebilir_miyim imzalamali
    هل_يمكنني هل_أستطيع هل_يجب هل_يحق ماذا_أفعل هل_من_الآمن هل_يجوز ما_حقوقي هل_علي
    क्या_मुझे क्या_मैं क्या_करूँ क्या_करूं सकता_हूँ सकती_हूँ ले_सकत कर_सकत चाहिए क्या_करना क्या_यह_कानूनी
    べきです べきか べきでしょう いいですか てもいい しても大丈夫 大丈夫ですか どうすれば どうしたら
    できますか でしょうか 違法です
    해야_하나 해야_할까 해도_되나 되나요 될까요 어떻게_해야 괜찮을까 좋을까 나을까 괜찮나요 할까요 해도_될
    있을까요 있나요
    我该 我应该 该不该 要不要 可以吗 能不能 能否 可不可以 安全吗 合法吗 违法吗 怎么办 如何是好 划算吗
    值得吗 行不行 应该怎么
    我能 需要吗 该怎么 怎麼辦 應該
"""
"""Asking for a decision."""

PLAY = """
    what_does meaning_of etymolog origin_of_the_word how_do_you_say how_do_i_say how_do_you_spell how_to_spell
    spell_the synonym rhyme =joke =jokes funny =pun =puns riddle limerick haiku crossword pronounc in_latin
    plural_of
    syntax idiom tongue_twister slogan_for movie film novel song_about
    was_bedeutet_das_wort =witz =witze wie_schreibt_man reim_ synonym_fur
    blague que_veut_dire synonyme_de comment_dit_on poeme chiste que_significa sinonimo como_se_dice
    adivinanza
    barzellett cosa_significa come_si_dice filastrocca piada o_que_significa como_se_diz
    =grap =mopje wat_betekent hoe_zeg_je zart_o dowcip co_znaczy jak_sie_mowi анекдот шутк что_значит_слово
    как_сказать =saka fikra ne_demek نكتة ما_معنى चुटकुला का_मतलब 冗談 ジョーク だじゃれ という言葉
    の意味は 농담 무슨_뜻 笑话
    笑話 什么意思 怎么读 怎么写 谜语 绕口令 歇后语
"""
"""Word play and questions about words: a strong word in one is no decision, where nothing asks for one."""

NOT_MEANT = """
    allerdings calvinist catches coaches cooking depository discriminant hypothetical hypothetically
    massless record
    records recurs recursion recursive recursively repairer pirate pirates factures facturen factura
    facturas faktura
    faktury economic economics
    contact contacts contrast contest context contexts content contents meditation dedication patient patients
    advocate advocated advocates advocating alement alienate alienated blending breathed breeding compromise
    concession conclusion conclusions depressant despres divided divides despedida erreichte espagne exploding
    exploring explosion explosive exposition expository hackensack hypotenuse hypoth hypothesis hypotheses
    hypothalamus
    imposition inclination inclinations inquiring inverse inversely inverses invertible investig investigated
    investigating investigations investigator investigators investigatory iversity licence licensing
    overdesserts
    preganglionic pretest processor proscription retracted tablet tablets verlag vertices farmacia farmacie
    concessions impossible imposing impotent
    prison prisoner detail details delta county counts counter instance distance diagonal diagram
    diagrams liability's vacation vaccination's infinite infinity inflection fervor fevers station investigate
    investigation investigates mediation medieval lover layer layers player sever several server servers
    reverse
    device divide division invent inventor inventory pending pensive position mortal explain explains explicit
    exploit's explore explorer export hacks hackathon phase fish finish polish symphony sample aspiring
    insulin's
    tenant's tender rental renting legally legacy legend college status statistics static staging
"""
"""Common words that are one letter away from a listed one, or begin like one: never taken for a misspelling."""
