"""A small folder of articles, written to disk as an operator would."""

from pathlib import Path

import pytest

ARTICLES = {
    "returns/return-policy.zh.md": """---
title: 退货政策
questions: [多久之内可以退货, 退货要什么条件, 拆开了还能退吗]
intents: [ask_return_policy]
---
签收后 7 天内可以无理由退货。

## 运费谁出
商品有问题由我们承担运费，其他情况由您承担。
""",
    "returns/return-policy.en.md": """---
title: Return policy
questions: [How long do I have to return something, What are the conditions for a return, Can I return an opened box]
intents: [ask_return_policy]
---
You can return goods within 7 days of delivery, no reason needed.

## Who pays the postage
We pay when something is wrong with the goods; otherwise you do.
""",
    "delivery/delivery-time.zh.md": """---
title: 送货要多久
questions: [一般几天能到, 多长时间送达, 新疆要多久]
intents: [ask_delivery_time]
---
大陆地区 2 到 4 天送达。
""",
    "delivery/delivery-time.en.md": """---
title: How long delivery takes
questions: [How many days until it arrives, What is your delivery time, When would an order get here]
intents: [ask_delivery_time]
---
Delivery in mainland China takes 2 to 4 days.
""",
    "payment/invoice.zh.md": """---
title: 开发票
questions: [怎么开发票, 发票抬头可以改吗, 能开专票吗]
intents: [request_invoice]
---
确认收货后 24 小时内开具电子发票。
""",
    "payment/invoice.en.md": """---
title: Getting an invoice
questions: [How do I get an invoice, Can the name on the invoice be changed, Do you issue VAT invoices]
intents: [request_invoice]
---
The electronic invoice is issued within 24 hours of delivery.
""",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in ARTICLES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path
