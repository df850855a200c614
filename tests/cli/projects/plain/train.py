import random

rate = 0.1


def train():
    points = [(x / 50, 3 * x / 50 + random.gauss(0, 0.1)) for x in range(50)]
    slope = 0.0
    for step in range(20):
        errors = [slope * x - y for x, y in points]
        loss = sum(error * error for error in errors) / len(errors)
        print(f"step {step} loss: {loss:.6f}")
        slope -= rate * sum(e * x for e, (x, _) in zip(errors, points)) / len(points)
    return {"slope": slope}


if __name__ == "__main__":
    train()
