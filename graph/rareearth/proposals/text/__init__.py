"""The words, numbers and times of a sentence, before anybody asks what it says."""
