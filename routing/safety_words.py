"""The words of the safety floor, as data: what speaks of law, medicine, money, security or harm, by language.

One entry a word: the beginning of a word (`divorc`), a whole one (`=sue`), several (`chest_pain`); in scripts that
set no spaces between words, or join particles to them, any place in the text counts. `STRONG` words lift the floor
alone; `WEAK` ones only where the message speaks of somebody's own case. Written in folded form or not: both are
folded on loading (routing/folding.py).
"""

from enum import StrEnum


class Topic(StrEnum):
    """What a floor is about. `UNREAD`: the message is too long to be read whole."""

    LAW = "law"
    MEDICINE = "medicine"
    MONEY = "money"
    SECURITY = "security"
    IRREVERSIBLE = "irreversible"
    HARM = "harm"
    UNREAD = "unread"


STRONG: dict[Topic, str] = {
    Topic.HARM: """
        suicid kill_myself end_my_life want_to_die hurt_myself harm_myself self_harm selfharm cut_myself
        don't_want_to_live no_reason_to_live better_off_dead overdos kill_him kill_her kill_them kill_someone
        hurt_someone build_a_bomb make_a_bomb pipe_bomb nerve_agent domestic_violence beats_me hits_me
        abuses_me being_abused being_stalked child_abuse =rape =raped sexual_assault poison_him poison_her
        selbstmord suizid umbringen mich_verletzen nicht_mehr_leben will_sterben ritze_mich schlagt_mich
        bombe_bauen en_finir_avec_la_vie me_tuer veux_mourir me_faire_du_mal plus_envie_de_vivre me_frappe
        fabriquer_une_bombe matarme quiero_morir quitarme_la_vida hacerme_dano no_quiero_vivir me_pega
        fabricar_una_bomba
        uccidermi voglio_morire togliermi_la_vita farmi_del_male non_voglio_piu_vivere mi_picchia
        me_matar quero_morrer tirar_minha_vida me_machucar nao_quero_mais_viver me_bate
        zelfmoord mezelf_iets_aandoen wil_dood niet_meer_leven slaat_me
        samoboj zabic_sie chce_umrzec nie_chce_zyc skrzywdzic_sie bije_mnie
        самоубий суицид покончить_с_собой не_хочу_жить хочу_умереть убить_себя бьет_меня меня_бьет
        intihar kendimi_oldur olmek_istiyorum yasamak_istemiyorum kendime_zarar beni_dovuyor
        انتحار قتل_نفسي أريد_أن_أموت أؤذي_نفسي إيذاء_نفسي لا_أريد_أن_أعيش يضربني
        आत्महत्या मरना_चाहत जीना_नहीं_चाहत खुद_को_नुकसान मारता_है_मुझे मुझे_मारता
        自殺 死にたい 消えてしまいたい 自傷 リストカット 殺したい 暴力を振る
        자살 죽고_싶 자해 살고_싶지_않 죽이고_싶 때려요 때린다
        自杀 想死 不想活 自残 轻生 家暴 杀人 杀了他 做炸弹 不想活了 自殺 輕生
        took_all_her took_all_his took_a_whole_pack sleeping_pills juz_zyc nie_chce_zyc abuses_her
        abuses_him hits_her hits_him beats_her schlagt_sie schlagt_ihn nehme_mir_das_leben das_leben_nehmen
        le_pega la_picchia wants_to_die kill_herself kill_himself end_her_life end_his_life veut_mourir
        se_tuer quiere_morir
        suicidar vuole_morire quer_morrer wil_niet_meer хочет_умереть не_хочет_жить olmek_istiyor يريد_أن_يموت
        تريد_أن_تموت
    """,
    Topic.LAW: """
        lawsuit =sue =sued =suing litigat attorney lawyer solicitor =legal =legally =illegal illegally
        liabilit =liable divorc =alimony child_custody custody evict tenan copyright trademark gdpr
        immigrat asylum
        deport notari last_will power_of_attorney breach_of_contract non_compete noncompete =nda wrongful
        unfair_dismissal statute_of_limitation indict felony misdemeanor subpoena criminal_charge defam
        libel =slander
        employment_law legislation lawful unlawful contract_law contract_clause severance redundan
        cease_and_desist
        small_claims court_order arbitration_clause terminate_an_employee fire_an_employee dismiss_an_employee
        visa_overstay work_permit residence_permit my_visa visa_appl patent_infring patent_appl
        anwalt rechtsanw klage =klagen verklag gerichtlich kundigung gekundigt =kundigen mietvertrag mietrecht
        vermieter scheidung sorgerecht unterhaltszahl kindesunterhalt erbrecht testament haftung haftbar
        =dsgvo datenschutzgrund abmahn strafanzeige rechtlich rechtswidrig aufenthaltstitel =visum
        urheberrecht
        markenrecht arbeitsrecht abfindung betriebsrat gesetzlich =bgb arbeitsvertrag einspruch bussgeld
        mieterhohung
        avocat tribunal juridique licenci divorce garde_des_enfants locataire =bail notaire =rgpd prud_hom
        droit_d_auteur porter_plainte mise_en_demeure clause_de_non_concurrence titre_de_sejour legalement
        illegal mentions_legales droit_du_travail rupture_conventionnelle preavis expulsion
        abogad demandar demandarme divorci custodia inquilin desahuci testament ilegal despido despedir
        despidieron indemniz denuncia propiedad_intelectual permiso_de_residencia legalmente
        derecho_laboral finiquito
        sociedad_limitada responsabilidad_limitada avvocat causa_legale denunc divorzi inquilin sfratt
        licenziam licenziat legalmente illegale querel
        risarcim diritto_del_lavoro permesso_di_soggiorno advogad processo_judicial processar divorcio
        guarda_dos_filhos inquilin despejo heranca demissao
        demitir demitid rescis trabalhist =lgpd indeniz inventario_judicial
        advocaat rechtszaak echtscheid huurder huurcontract ontslag ontslaan juridisch aansprakelijk
        erfenis dagvaard voogdij arbeidsrecht verblijfsvergunning verhuurder
        prawnik adwokat =pozew pozwac rozwod najemc eksmis wypowiedzen zwolnic_pracownik prawny prawnie
        nielegal =rodo aliment odszkodowan kodeks_pracy spadku umowe_najmu
        адвокат юрист юридич судебн подать_в_суд иск_о исков разводe бракоразвод алимент арендатор выселит
        выселен наследств завещан уволить увольнен уволен незаконн законно_ли трудовой_кодекс развестись
        авторское_прав avukat dava_ac davasi bosanma velayet nafaka kiraci tahliye vasiyet yasal yasadisi
        =kvkk tazminat
        kidem hukuk isten_cikar ev_sahibi
        محام دعوى محكمة طلاق حضانة ميراث وصية قانوني فصل_تعسفي تأشيرة تعويض القانون مقاضاة مستأجر
        वकील मुकदम अदालत तलाक कानून किरायेदार मकान_मालिक वसीयत बेदखल नौकरी_से_निकाल वीज़ा कानूनी
        弁護士 訴訟 訴えられ 訴えたい 裁判 離婚 親権 解雇 遺言 遺産 違法 合法 法的 法律 立ち退き 著作権 慰謝料
        在留資格 損害賠償 労働基準 契約違反 退職勧奨
        변호사 소송 고소 이혼 양육권 해고 유언 불법 합법 법적 법률 퇴거 저작권 위자료 손해배상 임대차
        전세금 근로기준
        律师 律師 起诉 起訴 诉讼 訴訟 打官司 法院 离婚 離婚 抚养权 解雇 辞退 遗嘱 遺囑 违法 違法 合法 法律
        侵权 版权
        劳动仲裁 签证 簽證 赔偿 租约 劳动合同 合同纠纷 违约金 遗产
        citizenship green_card probate prenup restraining_order =arrested =bail probation indemnif
        liquidated_damages discriminat whistleblow overtime_pay labor_law labour_law slipped_in
        compensation_claim claim_compensation employer_refuses kaution erbschaft schenkung strafbar
        anzeige_erstatt widerrufsrecht gewahrleistung impressumspflicht giudizio caparra preavviso recours
        prud_hommes mise_a_pied caution_locative fianza finiquito preaviso aviso_previo mandou_embora
        direitos_trabalhistas caucao borg_terug werkgever_wil ontslaan pracodawc =sadu =sadem =sadzie
        =pozwal kaucj =суд =суде =суда =суду работодател залог_за isveren depozito mahkeme طرد طردي
        صاحب_العمل बिना_नोटिस 大家さん 立退 敷金 残業代 パワハラ 집주인 보증금 퇴직 산재 押金 工伤 拖欠
        欠薪 加班费
        my_neighbour_built property_line boundary_ =easement grundstucksgrenz nachbarrecht
        mon_terrain sur_mon_terrain servitude linde_ lindero servidumbre confine_ usucap granica_dzialki
        межев сосед_постро سند_ملكية सीमा_विवाद 境界線 隣人トラブル 경계선 邻居占 宅基地 camera_auf_mein
        uberwachungskamera co_tenant subletting sublet owes_me_money unpaid_wages child_support joint_tenan
        pension_alimentaire heures_supplementaires_non mutuelle_refuse pension_alimenticia
        deposito_cauzionale уволил увольня
    """,
    Topic.MEDICINE: """
        diagnos symptom dosage dose_of =doses medication =medicine prescri side_effect chest_pain pregnan
        miscarr drug_interaction antibiotic blood_pressure ibuprofen paracetamol acetaminophen aspirin insulin
        warfarin =statin =statins metformin antidepress =ssri sertralin chemother tumor tumour cancer
        diabet stroke
        heart_attack seizur epilep asthma allergic_reaction anaphyl vaccin biopsy surgery ultrasound
        mammogra melanoma depressi
        panic_attack anxiety_disorder eating_disorder adhd infection fever =rash vomit bleeding painkill
        opioid withdrawal breastfeed my_blood_test lab_result cholesterol shortness_of_breath can't_breathe
        dizzy
        =mri inhaler my_wound numbness blood_thinner blood_in palpitation concussion mole_on
        medikament tablette arznei nebenwirk rezeptpflicht diagnos schwanger brustschmerz blutdruck
        antibiotik fieber krebs zuckerkrank schlaganfall herzinfarkt impfung operation_am depression
        panikattack blutwert
        hausarzt stillzeit erbrochen schmerzmittel blutverdunner wechselwirkung dosierung ausschlag
        schwindelig
        medicament posologie ordonnance effets_secondaires enceinte grossesse douleur tension_arterielle
        fievre cancer avc_ crise_cardiaque vaccin depressi prise_de_sang allaite antibiotique vertige
        anticoagulant
        medicament medicina_para sintoma efectos_secundarios embarazad dolor_en_el_pecho presion_arterial
        fiebre antibiotic cancer infarto vacuna depresion analisis_de_sangre pastilla dosis recetado
        farmac medicinale sintom effetti_collaterali incinta dolore_al_petto pressione_alta febbre
        antibiotic tumore infarto vaccin depressione analisi_del_sangue pastigl dosaggio gravidanza
        remedio sintoma efeitos_colaterais gravid dor_no_peito pressao_alta febre antibiotic cancer infarto
        vacina depressao exame_de_sangue comprimido dosagem receitou
        medicijn bijwerking zwanger pijn_op_de_borst bloeddruk koorts antibiotica kanker beroerte
        hartaanval vaccin depressie bloeduitslag huisarts dosering pijnstill
        lekarstw objaw skutki_uboczne w_ciazy ciaza bol_w_klatce cisnienie goraczk antybiotyk nowotwor udar
        zawal szczepi depresj badanie_krwi dawk tabletk ibuprom lekarz
        лекарств симптом побочн беременн боль_в_груди давлени температура_у антибиотик опухол рак_ инсульт
        инфаркт прививк депресси анализ_крови доз_ дозиров таблетк диагноз врач ибупрофен парацетамол
        ilac belirti yan_etki hamile gogsumde_agri gogus_agri tansiyon ates antibiyotik kanser felc kalp_krizi
        asi_ol depresyon kan_tahlil dozu =doz recete doktor agri_kesici
        دواء أدوية أعراض جرعة حامل الحمل ألم_في_الصدر ضغط_الدم حمى مضاد_حيوي سرطان جلطة لقاح اكتئاب
        تحليل_الدم تشخيص وصفة_طبية سكري الطبيب
        दवा लक्षण खुराक गर्भवती गर्भाव सीने_में_दर्द रक्तचाप ब्लड_प्रेशर बुखार एंटीबायोटिक कैंसर दौरा टीका
        डायबिटीज मधुमेह इंसुलिन शुगर डॉक्टर गोली_ले
        薬 症状 副作用 服用 妊娠 胸の痛み 胸が痛 血圧 発熱 熱が 抗生物質 がん検診 腫瘍 脳卒中 心筋梗塞
        予防接種 うつ病
        血液検査 処方 診断 飲み合わせ 糖尿病
        약을 복용 증상 부작용 임신 가슴_통증 가슴이_아 혈압 열이_나 항생제 암_진단 종양 뇌졸중 심근경색
        백신 우울증 혈액검사
        처방 진단 당뇨 이부프로펜 타이레놀
        症状 剂量 用药 处方 副作用 怀孕 孕妇 胸痛 胸口痛 血压 发烧 抗生素 癌 肿瘤 中风 心梗 疫苗 抑郁 验血
        诊断 吃药 药物
        布洛芬 头孢 糖尿病 降压药 劑量 懷孕 血壓 診斷
        =fainted =fainting unconscious swallowed choking =tablets short_of_breath chest_hurts =lump
        hepatitis =hiv pneumon thyroid kidney menopaus contracept abortion birth_control morning_after
        dementia alzheim schizophren bipolar lithium xanax morphine inhaler epipen allergi alergi fractur
        tetanus measles rabies tick_bite autis covid verschluckt ohnmacht atemnot brustschmerz schilddrus
        demenz verhutung abtreibung niere_ tablett poitrine respirer evanoui =avale thyroid contracepti
        avortement allergie cachets desmay tragado se_trago dificultad_para_respirar dando_el_pecho
        tiroides anticoncept aborto alergi ingoiat ingerit svenut respirare dolore_al tiroide engoliu
        desmai falta_de_ar dipirona ingeslikt flauwgevallen benauwd pijn_op_de polkn zemdla oddych
        klatce_piersiow проглотил обморок дышать груди yuttu bayildi nefes_al gogsum ابتلع اغماء التنفس
        الصدر निगल बेहोश साँस 飲み込ん 誤飲 失神 息が苦し 頭痛薬 風邪薬 삼켰 기절 숨이_차 두통약 감기약
        吞了 误食 晕倒 呼吸困难 胸闷 感冒药 止痛药
        erkaltung grippe influenza grip_ =flu moderate_drinking drinking_and calf_pain leg_is_swollen
        swollen_leg schwellung pantorrilla hinchad gonfi mollet polpaccio inchado opuchn распух опух
        şişti تورم सूजन 腫れ 부었 肿了 肿胀 sertralin wunde_ verbrennung knochenbruch saignement
        brulure herida quemadura ferita ustione ferida queimadura krwawi oparz кровотеч ожог kanama yanik
        نزيف حروق खून_बह जल_गया 出血 火傷 やけど 출혈 화상 流血 烧伤 烫伤 basi_donuyor basim_donuyor
        tansiyon_ilac
    """,
    Topic.MONEY: """
        =invest =invests =invested =investing investment mortgage pension tax_return tax_liab tax_deduct
        =taxes taxable income_tax capital_gain tax_office =irs =hmrc =vat bankrup insolven loan_agreement
        401k =401
        roth_ira =etf =etfs dividend life_saving refinanc credit_score tax_evasion tax_haven tax_resid
        remortgage annuity
        margin_call short_sell stock_option all_my_savings my_savings student_loan payday_loan debt_collect
        tax_authorit roth_ traditional_ira cost_of_capital self_assessment withholding buy_shares
        sell_my_shares day_trad geldanlage investier steuererklar finanzamt steuerschuld steuerlich
        umsatzsteuer mehrwertsteuer
        einkommensteuer kapitalertrag hypothek altersvorsorge rentenversicher insolvenz privatinsolvenz
        kredit_auf kreditvertrag darlehen ersparnisse =aktien aktienfonds bausparvertrag vorsteuer absetzen
        steuerberat gewinnausschutt tantieme investir investissement =impot =impots =tva fiscalit hypotheq
        retraite pret_immobilier
        credit_immobilier faillite epargne assurance_vie actions_en_bourse declaration_de_revenus surendett
        inversi invertir =irpf hipoteca pension declaracion_de_la_renta impuesto declaracion_del_iva
        quiebra prestamo ahorros acciones_de hacienda plan_de_pensiones concurso_de_acreedores
        investire investiment mutuo dichiarazione_dei_redditi =irpef fallimento risparmi prestito =imu
        imposta_sul pensione partita_iva investimento aplicar_meu_dinheiro imposto_de_renda hipoteca
        aposentadoria falencia emprestimo poupanca
        imposto financiamento dividas belegg hypotheek belastingaangifte pensioen faillissement spaargeld
        lening belastingdienst =btw
        aandelen inwestow inwestyc hipotecz kredyt_hipot emerytur podatk podatek upadlosc oszczednosci =vat
        pozyczk
        инвестир инвестиц ипотек налог пенси банкротств сбережени кредит_под акции_ вложить_деньги ндфл
        =иис вычет индивидуальный_инвест yatirim ipotek konut_kredisi vergi emeklilik iflas birikim
        hisse_senedi kredi_cek borsa
        استثمار رهن_عقاري ضريبة ضرائب تقاعد إفلاس قرض مدخرات أسهم
        निवेश गृह_ऋण होम_लोन आयकर टैक्स पेंशन दिवालिया बचत_के_पैसे शेयर_बाज़ार म्यूचुअल कर्ज़ लोन_ले
        投資 住宅ローン 確定申告 税金 年金 破産 貯金 株を 節税 資産運用 消費税 相続税 借金
        투자 주택담보 대출 세금 연금 파산 저축한 주식 종합소득세 부가세 빚을 전세_대출
        投资 房贷 贷款 报税 个税 税务 养老金 破产 积蓄 股票 基金定投 理财 增值税 避税 投資 貸款 報稅 稅務
        foreclos trust_fund estate_tax payroll_tax social_security unemployment_benefit credit_card_debt
        redundancy_pay lebensversicherung grundsteuer gewerbesteuer schenkungssteuer erbschaftssteuer
        kleinunternehmer abschreib economies_en economies_dans toutes_mes_economies =urssaf livret_a
        cotisation_sociale cuota_de_autonomos 退職金 퇴직금 退休金 公积金 社保 кредитн вклад_ досрочно_гасить
        employer's_stock =pea compte_titres =ira stock_options sparplan bausparen riester depot_bei
        tagesgeld festgeld plan_epargne depot_a_terme fondo_de_inversion cuenta_remunerada fondi_comuni
        fundo_imobiliar beleggingsfonds lokata obligacj облигаци депозит mevduat altin_alma صندوق_استثمار
        एफडी 積立NISA ニーサ iDeCo 적금 펀드 ETF 国债 定存
        forfettario tasse_ tesouro_direto titulo_publico zwrot_podatku
    """,
    Topic.SECURITY: """
        vulnerab exploit penetration_test pentest incident_response encryption_key private_key ransomware
        malware files_are_encrypted files_were_encrypted phish hacked hacker data_breach breached
        leaked_password password_leak leaked_credential leaked_key
        api_key_leak leaked_our leaked_api =ddos backdoor rootkit sql_injection =xss =csrf keylog trojan
        botnet zero_day
        0day brute_force privilege_escalation reverse_shell stolen_laptop identity_theft compromised =cve
        account_takeover sim_swap committed_a_secret committed_an_api rotate_the_key rotate_our_key
        disable_2fa disable_the_firewall turn_off_the_firewall ssh_key aws_key access_key secret_key pwned
        gehackt schadsoftware sicherheitslucke datenleck erpresser privater_schlussel passwort_geleakt
        zugangsdaten verschlusselungstroj dateien_wurden_verschlusselt dateien_verschlusselt
        identitatsdiebstahl
        einbruch_in_unser datenpanne piratage pirate_mon pirater hamecon rancongiciel faille_de_securite
        cle_privee fuite_de_donnees
        usurpation hackead me_hackearon filtracion_de_datos clave_privada suplantacion
        hackerato violazione_dei_dati chiave_privata furto_d_identita furto_di_identita
        hackeado hackearam fui_invadid vazamento_de_dados chave_privada golpe_do
        gehackt datalek prive_sleutel gegijzeld
        zhakowa wyciek_danych klucz_prywatny wlamani wlamal zlosliw luka_bezpiecz
        взлом утечк_данных утечка_данных закрытый_ключ приватный_ключ уязвимост вымогател шифровальщик фишинг
        hacklen veri_sizint ozel_anahtar oltalama fidye_yazilim guvenlik_acig
        اختراق اختُرق تسريب_بيانات تسرب_البيانات مفتاح_خاص فدية تصيد ثغرة
        हैक डेटा_लीक निजी_कुंजी रैंसमवेयर फ़िशिंग
        不正アクセス 情報漏洩 情報漏えい 秘密鍵 ランサムウェア フィッシング 脆弱性 乗っ取
        해킹 유출 개인키 랜섬웨어 피싱 취약점 탈취
        黑客 被黑 漏洞 勒索病毒 数据泄露 私钥 密钥泄露 钓鱼 入侵 盗号 后缀全变 文件被加密 比特币地址 駭客 外洩
        logged_into_our logged_in_to_our broke_into_our got_into_our ransom impersonat fake_invoice =stolen
        unauthori gefalschte_seite gefalschten_seite gestohlen losegeld unbefugt fremdzugriff einbruch_ins
        ordinateur_vole a_vole_l_ordinateur a_vole_le rancon intrusion intrus compte_pirat
        acces_non_autorise entro_en_nuestro entro_en_nuestra robaron nos_han_robado estafa
        acceso_no_autorizado riscatto truffa rubato accesso_non_autorizzato bloccato_i_computer clonou
        clonaram roubaram acesso_indevido pedem_resgate ingebroken losgeld gestolen przejal okup skradzion
        nieautoryzowan выкуп украли мошенн несанкционирован ele_gecir fidye calindi dolandir سرق احتيال
        غير_مصرح चोरी_हो धोखाधड़ी 盗まれ 詐欺 身代金 不審な 도난 사기를 被盗 诈骗 赎金 异常登录
        former_employee_still ex_employee still_has_access reads_our read_our_calendar access_after spyware
        stalkerware being_watched noch_zugriff liest_unsere mitlesen ehemaliger_mitarbeiter encore_acces
        lit_nos aun_tiene_acceso lee_nuestr ha_ancora_accesso ainda_tem_acesso nog_toegang wciaz_ma_dostep
        все_еще_имеет_доступ hala_erisi لا_يزال_لديه_وصول अब_भी_पहुँच まだアクセス 아직_접근 仍能访问 还能看到
    """,
}
"""Words that lift the floor by themselves."""

WEAK: dict[Topic, str] = {
    Topic.LAW: """
        =law =laws contract landlord =court =sign testament inherit =patent patented harass =fired laid_off
        terms_and_conditions =rights notice_period clause complain =witness police
        vertrag =recht =gericht unterschreib =erbe =erben polizei =mieter
        contrat proprietaire heritage succession =plainte signer =droits
        contrato demanda =juicio casero herencia =derechos firmar policia
        contratto eredit =firmare =diritti polizia
        assinar =direitos overeenkomst =tekenen umow podpis договор подписат жалоб sozlesme imzala miras
        عقد_ العقد إيجار حقوق अनुबंध हस्ताक्षर 契約 署名 계약 서명 合同 合約 房东 签字 押金
        =allowed =obliged guarantor refund warrant recorded_our recorded_me parking_ticket speeding =deed
        in_my_name =fined burge burgschaft strafzettel erlaubt verpflichtet ruckgabe =oblige =amende garant
        annuler multa =aval avalista fiador obligado permitido garante fideiuss obbligat permesso
        obrigado_a =boete verplicht toegestaan =mandat poreczyc zyrant obowiazan =wolno штраф поручител
        обязан разрешен ceza kefil zorunlu غرامة ضامن كفيل ملزم مسموح जुर्माना जमानत गारंटर 罰金 保証人
        義務 벌금 보증 과태료 罚款 担保 保证人 罚单
    """,
    Topic.MEDICINE: """
        =pill =pills doctor hospital =pain headache vitamin supplement =diet calori =sleep injur medical
        therap allerg swollen =sick cough =drug =drugs
        arzt schmerz kopfschmerz krank medecin malad mal_de_tete medico dolor enfermo malato dolore doente
        dor_de dokter pijn ziek bol_ boli больниц болит doktor agrim agriyor طبيب ألم_ مريض दर्द बीमार 医者
        痛い 頭痛
        病院 의사 아파 두통 병원 医生 头痛 头疼 生病 医院 過敏 过敏
        =eye =eyes =lips =tooth toothache =ear =ears belly stomach =chest =knee throat =skin =blood breath
        toddler =baby year_old licked poison =burn burned bruis itch =numb tingl nausea =auge =augen lippen
        =ohr bauch magen =brust =knie =haut =blut atem kleinkind verbrannt juck kribbel =ubel levres
        oreille ventre estomac genou gorge =peau =sang bebe brule demange engourd nausee =yeux =oeil =ojo
        =ojos labios muela =oido barriga estomago rodilla garganta =piel sangre mareo occhio =occhi labbra
        orecchio pancia stomaco ginocchio =gola =pelle neonat bruciat prurito =olho =olhos ouvido joelho
        =pele queimad coceira tontura enjoo =oog =ogen =kies =buik =maag =keel =huid =bloed =adem jeuk
        duizel misselijk =oko =oczy brzuch zoladek kolano gardlo skora =krew niemowl swedz zawrot mdlosci
        глаз губы =зуб =ухо живот желуд колен горло кров младен онем тошн кружится =goz =gozum dudak =dis
        =disim kulak =karin karnim =mide bogaz nefes bebek kasint uyus mide_bulant عين شفاه أذن بطن معدة
        ركبة رضيع حرق حكة تنميل غثيان دوخة आँख आंख होंठ दाँत दांत पेट_ घुटन खुजली चक्कर मितली 目が 唇 歯が
        耳が お腹 胃が 膝 喉 皮膚 血が 赤ちゃん かゆ しびれ 吐き気 めまい 눈이 입술 귀가 배가_아 무릎
        목이_아 피부 아기 가려 저려 메스꺼 어지 眼睛 嘴唇 牙 耳朵 肚子 膝盖 喉咙 皮肤 宝宝 婴儿 烫 痒 麻木
        恶心 头晕
    """,
    Topic.MONEY: """
        =tax =stock =stocks =shares =loan =loans =debt =debts savings retire bond =bonds crypto bitcoin
        portfolio =insurance insur =lease =fund =funds
        =steuer =steuern =rente =kredit schulden versicher =aktie =fonds anleihe krypto
        =pret =dettes assurance bourse deuda seguro acciones debiti assicuraz azioni divida seguro acoes
        verzekering schuld ubezpiecz =dlug =dlugi страховк долг_ kredit kredi sigorta borc
        تأمين دين_ बीमा 保険 借り 보험 빚 保险 股 基金 存款 债
        mothers_house the_house_in =guarantee co_sign cosign erbe_ grundstuck heredar heredado ereditato
        herdei geerbt terreno geerfd odziedzicz унаследова miras_kald ورثت विरासत 相続 상속 继承了
    """,
    Topic.SECURITY: """
        password security firewall encrypt suspicious =2fa credential =secrets attack
        passwort sicherheit mot_de_passe securite contrasena seguridad sicurezza senha seguranca wachtwoord
        haslo пароль sifre كلمة_المرور كلمة_السر पासवर्ड パスワード 비밀번호 密码 密碼
    """,
}
"""Words that lift the floor where the message speaks of somebody's own case (`OWN`) or asks for a decision."""
