"""From an article to the graph: what a text may say is proposed, checked, and decided on by a person.

An article (:mod:`.article`) is read for mentions of actors and for what is said of them (:mod:`.propose`, or a
language model, :mod:`.model`). Each proposal is a claim that the text may make; :mod:`.checking` refuses what the text
does not bear out. The rest waits in the inbox (:mod:`.inbox`) for a person, who takes or refuses it (:mod:`.review`);
what is taken goes into the data folder (:mod:`.accepting`). :mod:`.scoring` compares proposals with texts whose claims
are known.
"""
