"""The linear interpolant between two checkpoints: J and B linear in t, or K linear for kernel-block runs without cross blocks."""
import numpy as np


class Interval:
    """K(theta) = C0 + theta C1 + theta^2 C2 with the rows of K_SS above those of K_QS, and B(theta) = B0 + theta (B1 - B0)."""

    def __init__(self, a, b, t_a, t_b):
        self.t_a, self.h = t_a, t_b - t_a
        self.B0, self.B1 = a["B"], b["B"] - a["B"]
        if "J_S" in a:
            K_aa, K_bb = stack(a["J_S"], a["J_Q"], a["J_S"]), stack(b["J_S"], b["J_Q"], b["J_S"])
            cross = stack(a["J_S"], a["J_Q"], b["J_S"]) + stack(b["J_S"], b["J_Q"], a["J_S"])
        else:
            K_aa, K_bb = np.vstack([a["K_SS"], a["K_QS"]]), np.vstack([b["K_SS"], b["K_QS"]])
            cross = K_aa + K_bb  # makes K linear
            if {"K_SS_next", "K_QS_next", "K_SQ_next"} <= a.keys():
                cross = np.vstack([a["K_SS_next"] + a["K_SS_next"].T, a["K_QS_next"] + a["K_SQ_next"].T])
        self.C0, self.C1, self.C2 = K_aa, cross - 2.0 * K_aa, K_aa - cross + K_bb

    def K(self, t):
        theta = (t - self.t_a) / self.h
        return self.C0 + theta * (self.C1 + theta * self.C2)

    def B(self, t):
        return self.B0 + (t - self.t_a) / self.h * self.B1


def stack(J_S, J_Q, J):
    return np.vstack([J_S @ J.T, J_Q @ J.T])
