import torch
from lightning.pytorch import LightningModule
from lightning.pytorch.cli import LightningCLI
from torch.utils.data import DataLoader, TensorDataset


class Model(LightningModule):
    def __init__(self, width: int = 4):
        super().__init__()
        self.l = torch.nn.Linear(3, width)

    def training_step(self, batch, i):
        loss = self.l(batch[0]).pow(2).mean()
        self.log("loss", loss)
        return loss

    def train_dataloader(self):
        return DataLoader(TensorDataset(torch.randn(32, 3)), batch_size=8)

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=0.1)


if __name__ == "__main__":
    LightningCLI(Model)
