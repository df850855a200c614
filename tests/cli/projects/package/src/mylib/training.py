import torch

from .model import Net


def train_model(epochs: int = 3, lr: float = 0.1):
    net = Net()
    opt = torch.optim.Adam(net.parameters(), lr=lr)
    x = torch.randn(32, 2)
    losses = []
    for _ in range(epochs):
        loss = (net(x) - x.sum(1, keepdim=True)).pow(2).mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return net, losses
