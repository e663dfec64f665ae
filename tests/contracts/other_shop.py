"""Another shop's database: nothing in it looks like ours. Filled with the same demo orders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actions.records.models import Order, Refund
from lang.shop_clock import shop_zone

STATES = {"paid": 1, "in_transit": 2, "delivered": 3, "refunding": 4, "refunded": 5, "cancelled": 9}
PAYMENTS = {"wechat": 1, "alipay": 2, "card": 3}
COURIERS = {"sf": "顺丰", "jd": "京东", "zto": "中通", "ems": "邮政"}
REFUNDS = {"requested": 10, "approved": 20, "paid_out": 30, "refused": 40}

metadata = sa.MetaData()
members = sa.Table(
    "会员",
    metadata,
    sa.Column("会员ID", sa.Integer, primary_key=True),
    sa.Column("姓名", sa.Text),
    sa.Column("邮箱", sa.Text),
)
phones = sa.Table(
    "会员电话",
    metadata,
    sa.Column("电话ID", sa.Integer, primary_key=True),
    sa.Column("会员ID", sa.Integer),
    sa.Column("用途", sa.Text),
    sa.Column("号码", sa.Text),
)
orders = sa.Table(
    "订单",
    metadata,
    sa.Column("ID", sa.Integer, primary_key=True),
    sa.Column("单号", sa.Text, unique=True),
    sa.Column("会员ID", sa.Integer),
    sa.Column("状态", sa.SmallInteger),
    sa.Column("下单时间", sa.BigInteger),
    sa.Column("金额", sa.Numeric(12, 2)),
    sa.Column("付款方式", sa.Integer),
    sa.Column("快递", sa.Text),
    sa.Column("运单号", sa.Text),
    sa.Column("承诺日", sa.Date),
    sa.Column("签收时间", sa.DateTime),
    sa.Column("取消时间", sa.DateTime(timezone=True)),
)
names = sa.Table(
    "商品名称",
    metadata,
    sa.Column("商品ID", sa.Integer, primary_key=True),
    sa.Column("语言", sa.Text, primary_key=True),
    sa.Column("名称", sa.Text),
)
items = sa.Table(
    "订单明细",
    metadata,
    sa.Column("订单ID", sa.Integer, primary_key=True),
    sa.Column("序号", sa.Integer, primary_key=True),
    sa.Column("商品ID", sa.Integer),
    sa.Column("数量", sa.Integer),
    sa.Column("单价", sa.Numeric(12, 2)),
)
events = sa.Table(
    "物流",
    metadata,
    sa.Column("ID", sa.Integer, primary_key=True),
    sa.Column("订单ID", sa.Integer),
    sa.Column("时间", sa.Text),
    sa.Column("中文", sa.Text),
    sa.Column("英文", sa.Text),
)
refunds = sa.Table(
    "退款单",
    metadata,
    sa.Column("ID", sa.Integer, primary_key=True),
    sa.Column("订单ID", sa.Integer),
    sa.Column("状态", sa.Integer),
    sa.Column("金额", sa.Numeric(12, 2)),
    sa.Column("方式", sa.Integer),
    sa.Column("申请时间", sa.DateTime),
    sa.Column("预计日", sa.Date),
    sa.Column("审核时间", sa.DateTime),
    sa.Column("更新时间", sa.DateTime),
)
returns = sa.Table(
    "售后单",
    metadata,
    sa.Column("ID", sa.Integer, primary_key=True),
    sa.Column("订单ID", sa.Integer),
    sa.Column("类型", sa.Text),
    sa.Column("说明", sa.Text),
    sa.Column("幂等号", sa.Text, unique=True),
    sa.Column("建立时间", sa.DateTime),
)


def fill(connection: Connection, found: Iterable[Order], money_back: Iterable[Refund], people: Iterable[Any]) -> None:
    """Make the tables and put the demo shop into them. ``people`` are rows of our own ``shop_customers``."""
    metadata.create_all(connection)
    for person in people:
        _add_person(connection, person)
    keys = {}
    for key, order in enumerate(sorted(found, key=lambda order: order.order_number), 501):
        keys[order.order_number] = key
        _add_order(connection, key, order)
    for refund in money_back:
        connection.execute(
            refunds.insert().values(
                订单ID=keys[refund.order_number],
                状态=REFUNDS[refund.state],
                金额=refund.amount_minor / 100,
                方式=PAYMENTS[refund.payment_method],
                申请时间=local(refund.requested_at),
                预计日=refund.expected_on,
                审核时间=local(refund.updated_at) if refund.state == "approved" else None,
                更新时间=local(refund.updated_at),
            )
        )


def number_of(customer_id: str) -> int:
    """``C10001`` is member 10001."""
    return int(customer_id[1:])


def local(moment: datetime | None) -> datetime | None:
    return moment.astimezone(shop_zone()).replace(tzinfo=None) if moment else None


def _add_person(connection: Connection, person: Any) -> None:
    member = number_of(person.id)
    connection.execute(members.insert().values(会员ID=member, 姓名=person.name, 邮箱=person.email))
    written = f"+86 {person.phone[:3]}-{person.phone[3:7]}-{person.phone[7:]}"
    for use, number in (("工作", "010-5550000"), ("主", written)):
        connection.execute(phones.insert().values(会员ID=member, 用途=use, 号码=number))


def _add_order(connection: Connection, key: int, order: Order) -> None:
    connection.execute(
        orders.insert().values(
            ID=key,
            单号=order.order_number,
            会员ID=number_of(order.customer_id),
            状态=STATES[order.state],
            下单时间=int(order.placed_at.timestamp()),
            金额=order.total_minor / 100,
            付款方式=PAYMENTS[order.payment_method],
            快递=COURIERS[order.courier] if order.courier else None,
            运单号=order.tracking_number,
            承诺日=order.promised_on,
            签收时间=local(order.delivered_at),
            取消时间=order.cancelled_at.astimezone(shop_zone()) if order.cancelled_at else None,
        )
    )
    for place, item in enumerate(order.items):
        good = key * 10 + place
        for language, name in item.name.items():
            connection.execute(names.insert().values(商品ID=good, 语言=language, 名称=name))
        values = {"订单ID": key, "序号": place, "商品ID": good, "数量": item.quantity}
        connection.execute(items.insert().values(**values, 单价=item.unit_price_minor / 100))
    for event in order.events:
        written = event.at.astimezone(shop_zone()).strftime("%Y-%m-%d %H:%M:%S")
        values = {"订单ID": key, "时间": written, "中文": event.text["zh"], "英文": event.text["en"]}
        connection.execute(events.insert().values(**values))
