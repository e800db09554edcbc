"""The article's questions, answered in numbers: each with what it rests on, and whether the sample can carry it."""
