import os, json, time
import numpy as np


def load(path="conf/config.yaml"):
    out = {}
    for line in open(path):
        key, value = line.strip().split(": ")
        out[key] = value
    return out


def main():
    start = time.time()
    cfg = load()
    os.makedirs(cfg["output_dir"])
    rows = np.loadtxt(cfg["data"], delimiter=",")
    w = 0.0
    for step in range(int(cfg["steps"])):
        error = rows[:, 0] * w - rows[:, 1]
        w -= float(cfg["lr"]) * (error * rows[:, 0]).mean()
        print(f"step {step} loss={np.mean(error**2):.5f} ({time.time() - start:.2f}s)")
    json.dump({"w": w}, open(os.path.join(cfg["output_dir"], "metrics.json"), "w"))


main()
