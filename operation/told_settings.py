"""What settings mean, in Chinese for who reads Chinese: what each is, and what trusting its value means.

The one fact: the English stands beside each setting, in its `About`; tests/operation/test_settings.py holds that none
lacks its Chinese and that none is left here of a setting that says something else by now.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from operation.phrases import find_language

ABOUT: Mapping[str, str] = {
    "HOST:PORT of the door for nodes (gRPC); port 0 takes a free one.":
        "节点连接的地址（gRPC），主机名:端口；端口 0 表示取一个空闲的。",
    "Whoever reaches it must still show a certificate of the enrolment authority before a byte is read.":
        "能连到这里的人，还须先出示登记机构签发的证书，之后才会读取内容。",
    "HOST:PORT of the log over HTTP: checkpoint, tiles, library, health.":
        "日志的 HTTP 地址，主机名:端口：检查点、日志数据、因子库、运行状况。",
    "It is plain HTTP: what it shows is public and signed; put a TLS proxy before it for passwords of people.":
        "这是不加密的 HTTP：所示内容是公开且签过名的；有人用密码登录时，请在前面加一个 TLS 代理。",
    "postgresql://… or sqlite:///FILE; without it a SQLite file in DIR.":
        "postgresql://… 或 sqlite:///文件；不设时是 DIR 里的 SQLite 文件。",
    "Whoever can write there can stop the log, and cannot change it unseen: nodes hold signed checkpoints.":
        "能写数据库的人可以让日志停下，但不能悄悄改动它：各节点都保存着签过名的检查点。",
    "s3://BUCKET/FOLDER, az://…, gs://… or file:///FOLDER; without it a folder in DIR.":
        "s3://存储桶/文件夹、az://…、gs://… 或 file:///文件夹；不设时是 DIR 里的一个文件夹。",
    "Blobs are sealed and checked by their hash; whoever can write there can lose them, not change them.":
        "数据块是加密的，并按哈希核对；能写的人可以弄丢它们，但改不了。",
    "true: start only where commits of PostgreSQL wait for a synchronous standby.":
        "true：只有 PostgreSQL 的提交会等待同步备库时才启动。",
    "Without one, what was acknowledged since the last copy is gone with the disk, and the log with it.":
        "没有同步备库时，磁盘损坏会丢掉上次备份之后确认收到的声明，日志也就不能再用。",
    "A streaming replica of the database, from which the log's tiles are read; without it the database itself.":
        "数据库的流复制副本，日志数据从那里读取；不设时读数据库本身。",
    "What it shows is checked against signed checkpoints by whoever reads it.":
        "读取的人会用签过名的检查点核对它给出的内容。",
    "HOST:PORT on which Prometheus may read /metrics; without it nowhere.":
        "供 Prometheus 读取 /metrics 的地址，主机名:端口；不设时不提供。",
    "Counts and times only, no name and no number of anyone's; keep it on the operator's own network.":
        "只有次数和用时，没有任何一方的名称和数字；请只放在运营方自己的网络里。",
    "text for people, json for machines; both on stderr.": "text 供人阅读，json 供程序读取；都写到标准错误输出。",
    "Logs hold public ids and what was wrong, no secrets; whoever reads them learns who takes part.":
        "运行日志里有公开的编号和出错的内容，没有秘密；读到的人会知道有谁参与。",
    "From which level on is logged.": "从哪一级起写入运行日志。",
    "debug adds libraries' own words; none of them sees a key or a private number.":
        "debug 会加上程序库自己的输出；它们都接触不到密钥和保密数字。",
    "Address of the company's own login (OpenID Connect issuer); without it accounts have passwords only.":
        "公司统一登录的地址（OpenID Connect issuer）；不设时账号只用密码。",
    "It says who somebody is: whoever controls it enters as anybody whose account it may name.":
        "由它说明登录的是谁：掌控它的人可以用任何一个对应的账号进入。",
    "Name under which the company's login knows this application.": "本应用在公司统一登录里的名称（client id）。",
    "Not secret.": "不是秘密。",
    "File whose first line is the secret that goes with the client id.": "一个文件，第一行是与该名称配套的密钥。",
    "With it others can pose as this application to the company's login.":
        "拿到它的人可以向公司统一登录冒充本应用。",
    "How browsers reach the pages, such as https://node.example.com; the company's login sends them back there.":
        "浏览器访问网页的地址，如 https://node.example.com；公司统一登录之后回到这里。",
    "A wrong one sends people who sign in to somebody else.": "写错会把登录的人送到别人那里。",
    "Loopback port that answers /health and /api/status; 0 takes a free one, without it none is opened.":
        "本机回环端口，应答 /health 和 /api/status；0 表示取一个空闲的，不设时不打开。",
    "Programs of this machine can ask it who this node is and what waits, never for a number.":
        "本机的程序可以问它这是谁的节点、有什么待办，问不到任何数字。",
    "Counts and times only: whoever reaches it learns how busy this node is.":
        "只有次数和用时：能连到的人会知道本节点有多忙。",
    "Logs hold public ids, names of customers and what was wrong; no amount, no key.":
        "运行日志里有公开的编号、客户名称和出错的内容；没有数量，也没有密钥。",
}  # fmt: skip


def tell_about(english: str) -> str:
    """What an `About` says, in the machine's language."""
    return ABOUT.get(english, english) if find_language(None, os.environ) == "zh" else english
