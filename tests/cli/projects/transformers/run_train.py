from dataclasses import dataclass, field

import torch
from transformers import (
    HfArgumentParser,
    Trainer,
    TrainingArguments,
    BertConfig,
    BertForSequenceClassification,
)


@dataclass
class ModelArguments:
    hidden: int = field(default=16, metadata={"help": "width"})


class Toy(torch.utils.data.Dataset):
    def __len__(self):
        return 32

    def __getitem__(self, i):
        return {"input_ids": torch.arange(8) + i, "labels": torch.tensor(i % 2)}


def main():
    parser = HfArgumentParser((ModelArguments, TrainingArguments))
    model_args, args = parser.parse_args_into_dataclasses()
    config = BertConfig(
        vocab_size=64,
        hidden_size=model_args.hidden,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    trainer = Trainer(
        model=BertForSequenceClassification(config),
        args=args,
        train_dataset=Toy(),
        eval_dataset=Toy(),
    )
    if args.do_train:
        trainer.train()
        trainer.save_model()
    if args.do_eval:
        print(trainer.evaluate())


if __name__ == "__main__":
    main()
