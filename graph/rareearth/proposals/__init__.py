"""From an article to the graph: what a text may say is proposed, checked, and decided on by a person.

An article (:mod:`.articles`) is read for mentions of actors and for what is said of them, by :mod:`.rules` or by a
language :mod:`.model`. Each proposal is a claim that the text may make; :mod:`.checking` refuses what the text does not
support. The rest waits in the :mod:`.inbox` for a person, who takes or refuses it and writes what was taken into the
data folder (:mod:`.review`). :mod:`.scoring` compares proposals with texts whose claims are known.
"""
