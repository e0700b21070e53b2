"""The figures that decide for the dlib engine, and where each comes from.

Measured on 603 faces of 83 persons (2,373 genuine, 179,130 impostor pairs), half of them of a
homogeneous set of people, which is the hard and realistic case for a workplace. Distances are
Euclidean, between one vector of the check-in and the **mean** of a person's enrolled vectors:
averaging shrinks distances, so they hold for this rule only.
"""

from typing import Final

# With the mean of three pictures, and nearest of the roster as well, 0.48 accepts 0.012 % of
# colleagues and rejects 2.7 % of the right people. The usual 0.6 accepts 9.5 % of look-alikes.
ACCEPT_DISTANCE: Final = 0.48
# Genuine pairs: 95 % lie below 0.55. Between the two a person looks at the picture.
REVIEW_DISTANCE: Final = 0.55
# Two frames of one capture, one vector each: the same bound.
SAME_PERSON_DISTANCE: Final = 0.55

# Detection: longest side of the picture looked at (26 ms at 640×480, 7 s at 36 megapixels).
DETECT_SIDE: Final = 1024
# The detector wants a margin round the face: a replicated border found 8 of 13 missed faces.
BORDER: Final = 0.25
# The largest face may be a bystander unless every other one is less than half as wide.
RIVAL_WIDTH: Final = 0.5

# Distances grow only slowly down to 50 px (0.44 against 0.42 at 80), and fast below.
CHECK_WIDTH: Final = 50
GOOD_WIDTH: Final = 80
DARKEST: Final = 40
BRIGHTEST: Final = 220
# Variance of the Laplacian: clean pictures lie near 363, a blur of 3 px at 17, of 5 px at 10.
# It does not see motion blur, so it mostly hints.
SHARP: Final = 30
BLURRED: Final = 15
# Enrolment only: about 14 degrees of turning, and a detection that is no lucky guess.
FRONTAL_TURN: Final = 0.12
ENROL_SCORE: Final = 0.3
