"""Words that say what kind of work is asked for, by language, as data: thought, craft or a small thing.

Written like routing/safety_words.py. Counted by routing/work.py; the router's trees see the counts.
"""

from enum import StrEnum


class Work(StrEnum):
    """What is asked for: a mistake is dear and hard to see (`THOUGHT`), is seen on reading (`CRAFT`), or is neither."""

    THOUGHT = "thought"
    CRAFT = "craft"
    SMALL = "small"


WORDS: dict[Work, str] = {
    Work.THOUGHT: """
        prove proof =derive theorem lemma =induction irrational decidab undecidab converge divergen
        asymptot refute axiom
        architect design_a design_an design_the design_our redesign system_design trade_off tradeoff scalab
        multi_tenant
        multitenant zero_downtime without_downtime migrat distributed consensus concurren lock_free
        race_condition deadlock
        memory_leak root_cause intermitten exactly_once idempoten failover sharding compiler interpreter
        parser_for latency
        throughput replicat crdt consisten invariant refactor threat_model disaster_recovery bottleneck
        strateg business_plan business_case negotiat walk_away roadmap critical_path go_to_market
        market_entry due_diligence
        acquisition restructur turnaround pricing_model succession valuation expansion competitor pivot
        long_term
        causal confound randomis randomiz counterfactual meta_analysis literature_review historiograph
        hypothes synthesis
        stereoselect mechanism_of epistemolog metaphysic ontolog dialectic thesis dissertation critique
        critically justify
        argue_that philosoph paradox moral_dilemma dilemma conflict_of_interest in_depth comprehensive
        rigorous
        beweis widerleg herleit herleitung verallgemeiner entwirf entwurf_einer architektur nebenlauf
        verteilt strateg
        geschaftsplan verhandl ursachenanalyse abwag abzuwag konzept_fur migration skalier verklemm
        nachfolge ubernahme
        demontr demontrer prouve preuve concois conception architecture strateg negoci hypotheses
        concurrence_entre
        plan_d_affaires feuille_de_route fiabilit passage_a_l_echelle dissertation
        demuestra demostrar demuestre disena disene diseno arquitectura estrateg negociacion decidible escalab
        plan_de_negocio hoja_de_ruta concurrencia
        dimostra dimostrare progetta progettare architettura irrazional piano_industriale business_plan
        trattativa
        prove_que demonstre projete arquitetura estrateg migrar migracao negociacao plano_de_negocio escalab
        bewijs ontwerp architectuur onderhandel schaalb bedrijfsplan afweging
        udowodn dowod zaprojektuj architektur strategi negocj skalowaln plan_biznesowy
        докажи доказат доказательств спроектир архитектур стратеги трансцендент иррациональн переговор
        масштабир бизнес_план
        отказоустойчив распределен
        kanitla ispatla tasarla mimari strateji muzakere olceklen is_plani karsilastir
        اثبت برهن صمم تصميم_نظام استراتيجي تفاوض خطة_عمل فلسف ناقش بنية सिद्ध प्रमाणित डिज़ाइन रणनीति
        वास्तुकला बातचीत_की_योजना तर्क
        証明 設計 整合性 無停止 デッドロック 戦略 恒久対策 論じ 定理 アーキテクチャ 交渉 事業計画 根本原因
        スケーラ 分散
        증명 설계 아키텍처 전략 교착 반례 협상 사업_계획 근본_원인 분산
        证明 推导 设计一 设计方案 架构 取舍 容灾 死锁 战略 论证 一致性 定理 策略 谈判 商业计划 根本原因
        分布式 高并发 出海 怎么定位
        options_for our_options what_are_the_options scenario assumption per_second million_users hostile
        complexity sandboxing what_would_you_look which_finding what_would_you_want_to_know how_would_each
        what_do_i_owe =risks tamper verifiab optionen szenari annahme pro_sekunde risiken studienlage
        woran_scheitern ursache_finden welche_verdichtung konditionen scenarios hypothese par_seconde
        risques etudes arbitrage compatible_avec opciones escenarios supuestos por_segundo riesgos estudios
        optimizacion se_replanifica scenari ipotesi al_secondo rischi critici opcoes cenarios pressupostos
        riscos investigar_ate ate_a_causa opties scenario aannames per_seconde risico onderzoek_naar opcje
        scenariusz zalozen ryzyka badania_nad вариант сценари допущени предпосыл риски рискам исследовани
        в_секунду senaryo varsayim riskler saniyede arastirmalar الخيارات سيناريو مخاطر افتراض دراسات
        في_الثانية विकल्प जोखिम परिदृश्य अध्ययनों प्रणाली_बन ढाँचा 選択肢 リスク シナリオ 前提 先行研究
        毎秒 どう交渉 옵션 대안을 리스크 가정 연구들 초당 종합해 选项 风险 情景 假设 前提 研究综述 每秒
        权衡 分析方案
        think_it_through think_through think_this_through how_would_you what_now in_which_order what_order
        how_do_i_narrow why_is_it_right what_data_structure closed_form verify_that can_never never_happen
        was_jetzt wie_grenze in_welcher_reihenfolge wie_gehe_ich_vor comment_modeliser que_faire_maintenant
        formula_cerrada justifica y_ahora_que e_adesso come_procedo e_agora monte_o_plano wat_nu hoe_pak_ik
        co_teraz jak_to_zbudowac как_построить как_это_проверить что_теперь simdi_ne_yap nasil_kur
        ماذا_الآن كيف_أبني किस_क्रम कैसे_बनाऊँ どう設計 どう進め 어떻게_풀어 어떻게_설계 怎么设计 怎么破局
        验证
    """,
    Work.CRAFT: """
        =write draft rewrite reword rephrase email e_mail =reply letter speech =story function component
        script query workflow
        summar explain =compare itinerary =faq =edit paragraph recommendation apolog =polite newsletter
        job_ad =report test_for
        unit_test typescript checklist =swot essay blog article proposal announcement invitation agenda
        presentation outline
        describe pros_and_cons tutorial class_that regex_that formula_that crud endpoint
        schreib formulier mail brief_an =rede reklamation tabelle erklar zusammenfass fasse skript plane
        angebot ubersetz
        einladung beschreib bericht anzeige ankundigung uberarbeit
        ecris ecrire redige reecris relance discours fonction explique resume lettre traduis annonce
        compte_rendu invitation
        presente decris article
        escribe escribir redacta correo carta explica organiza traduce discurso descripcion resumen informe
        invitacion anuncio
        scrivi mail lettera traduci biglietto spiega riassum relazione annuncio invito descrizione
        escreva escrever redija reescreva discurso mensagem explique resuma relatorio convite descricao
        faca_um
        schrijf herschrijf vacature leg_uit vertaal samenvat uitnodiging verslag brief
        napisz przepisz ofert wyjasnij list_do streszcz raport zaproszen ogloszen przetlumacz
        напиши напишите перепиши письмо тост переведи обьясни обясни объясни статья отчет приглашени резюме
        yaz =yazin konusma hizmet cevap mektup acikla ozet rapor davet cevir
        اكتب صياغة كلمة_ بريد رسالة اشرح لخص تقرير دعوة लिखो लिखें लिखिए समझाइए समझाओ प्रोग्राम संदेश आवेदन
        पत्र रिपोर्ट सारांश
        書いて 書き直し メール 説明して スクリプト 案内 作成 要約 文章 報告書 招待
        써_주 써_줘 작성 메일 일정 설명 요약 보고서 안내문 번역
        写一 改得 润色 通知 组件 译成 翻译成 短信 讲清楚 解释 总结 报告 邮件 文案 邀请
        how_do_i_tell find_words message_for difference_between usual_reasons completing_the_square
        make_it_human which_chart endpoint spreadsheet_that macro nachricht unterschied programm_das
        schriftlich_ message_pour difference_entre programme_qui pourquoi_les mensaje diferencia
        programa_que contestar ayudame messaggio differenza mi_serve mensagem diferenca macro preciso_de
        verschil bericht_aan wiadomos roznic potrzebuje сообщени разница отличается почему_в mesaj fark_
        duzgun_bir الفرق لماذا अंतर क्यों कैसे_बन 文面 違い なぜ お知らせ 메시지 공지 차이 스크립트 函 区别
        脚本 为什么 有分量
    """,
    Work.SMALL: """
        capital_of how_many how_much_is how_do_you_say how_do_i_say how_do_you_spell how_do_i_spell =spell
        =define stands_for
        stand_for what_time what_day convert one_liner title_case uppercase upper_case lowercase lower_case
        fix_the_spelling
        plural_of passive alphabetic bullet_points haiku =joke =jokes rhyming names_for name_for slogan
        packing_list synonym
        antonym tell_me_something good_morning good_evening =hi =hello =thanks who_wrote who_painted
        who_invented when_did
        when_was what_is_the_capital tallest longest largest which_country which_planet what_colour
        what_color fun_fact
        rechtschreibung was_heisst wie_heisst wie_hoch wie_lang wie_alt =witz =reim untereinander
        hauptstadt nur_die_zahl
        guten_morgen wie_viele wer_hat wann_war groszbuchstaben alphabetisch
        comment_dit_on comment_ecrit combien_font combien_de qui_a_peint qui_a_ecrit quelle_est_la_capitale
        blague synonyme
        capitale au_pluriel en_majuscules bonjour au_futur
        como_se_dice como_se_escribe cuanto_es cuantos cual_es_el chiste tildes mayusculas sinonimo
        capital_de quien_escribio
        hola en_que_ano nombre_divertido
        come_si_dice quanto_fa in_che_anno al_plurale qual_e_la_capitale barzelletta chi_ha_scritto
        in_maiuscolo ciao
        como_se_diz quantos quanto_e qual_e_a_capital piada quem_escreveu bom_dia hoofdstad hoeveel hoe_zeg
        wie_schreef
        ile_jest ile_to =ile stolica popraw_bled kto_napisal jak_sie_mowi сколько_будет столица что_такое
        синоним как_дела
        кто_написал какая_самая какои_самыи исправь_ошибки
        kac_eder kactir baskenti en_buyuk en_uzun yazim_hata kim_yazdi عاصمة كم_يساوي كم_عدد من_كتب नमस्ते
        कितना कितने राजधानी कौन_सा वर्तनी
        一番高い 一番長い いくら 敬語に 英語で 川柳 何ですか 首都 何人 誰ですか 몇 맞춤법 가장_큰 가장_높은
        수도 얼마 누구
        等于多少 是哪 什么意思 怎么说 怎么读 怎么写 冷笑话 笑话 被动句 首都 多少 是谁 几月 哪一年
        half_of quarters_of how_many_weeks which_continent which_ocean travel_faster count_the_words
        only_the_number in_one_sentence one_sentence two_line two_sentences cheer_me welche_farbe
        alphabetisch en_que_continente ordena_alfab ordine_alfab quante_corde qual_e_o_maior verleden_tijd
        liczbe_mnoga множественное_число алфавит kac_hafta kac_gun أبجديا رتب मज़ेदार कितने_सप्ताह 何週間
        何度 몇_도 가나다 几个 字母顺序 一打
    """,
}
