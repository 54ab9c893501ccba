"""Pairs of messages of one conversation, written for this project: the first, a later one, and whether its subject is
the same. None of the later ones points back in words ("it", "and for …"), which would settle it without vectors.
"""

SAME = (
    (
        "Design a multi-region PostgreSQL setup for a bank.",
        "How would failover of the primary database be tested?",
    ),
    (
        "Design a multi-region PostgreSQL setup for a bank.",
        "Write down the replication settings for PostgreSQL.",
    ),
    (
        "Write a business plan for a bakery in Lyon.",
        "What rent should a bakery budget for in the first year?",
    ),
    ("Write a business plan for a bakery in Lyon.", "List the permits a bakery needs before opening."),
    ("My Python service leaks memory under load.", "Show me how to take a heap snapshot in Python."),
    (
        "My Python service leaks memory under load.",
        "Could the leak come from a cache without a limit in Python?",
    ),
    (
        "Prove that the square root of two is irrational.",
        "Does a similar proof work for the square root of three?",
    ),
    (
        "Plan a two week trip through Japan in autumn.",
        "How many days should we stay in Kyoto during the trip?",
    ),
    ("Plan a two week trip through Japan in autumn.", "Which train passes are worth buying in Japan?"),
    (
        "Draft a contract clause on late delivery for our supplier.",
        "Add a penalty of two percent for late delivery.",
    ),
    (
        "Explain the theory of general relativity in depth.",
        "Derive how clocks slow down near a heavy mass in relativity.",
    ),
    ("Refactor our billing module into services.", "Where should invoices be stored once billing is split?"),
    (
        "Negotiate a lower price with our hosting company.",
        "Write the email to the hosting company about the price.",
    ),
    ("Analyse why our newsletter loses subscribers.", "Suggest five subject lines for the newsletter."),
    (
        "Entwirf eine Datenbank für eine Bank.",
        "Welche Indizes braucht die Tabelle der Konten in der Datenbank?",
    ),
    (
        "Planifie la migration de notre boutique vers le cloud.",
        "Combien coûterait la migration de la boutique par mois ?",
    ),
)
OTHER = (
    ("Design a multi-region PostgreSQL setup for a bank.", "What is the capital of Australia?"),
    ("Design a multi-region PostgreSQL setup for a bank.", "Write a birthday poem for my grandmother."),
    ("Write a business plan for a bakery in Lyon.", "How many moons does Jupiter have?"),
    ("Write a business plan for a bakery in Lyon.", "Translate good night into Spanish for my daughter."),
    ("My Python service leaks memory under load.", "Which wine goes with grilled fish tonight?"),
    ("My Python service leaks memory under load.", "Remind me how tall the Eiffel Tower is."),
    ("Prove that the square root of two is irrational.", "Who painted the ceiling of the Sistine Chapel?"),
    ("Plan a two week trip through Japan in autumn.", "Convert three quarters of an inch to millimetres."),
    ("Plan a two week trip through Japan in autumn.", "Write a short poem about a lazy cat."),
    ("Draft a contract clause on late delivery for our supplier.", "Tell me a joke about two penguins."),
    ("Explain the theory of general relativity in depth.", "Give me a recipe for pancakes for four people."),
    ("Refactor our billing module into services.", "What year did the Berlin Wall fall?"),
    ("Negotiate a lower price with our hosting company.", "Spell the word rhythm for me please."),
    ("Analyse why our newsletter loses subscribers.", "What is the boiling point of water in Fahrenheit?"),
    ("Entwirf eine Datenbank für eine Bank.", "Wie heißt die Hauptstadt von Portugal?"),
    ("Planifie la migration de notre boutique vers le cloud.", "Quelle est la hauteur du mont Blanc ?"),
)
