"""Errors that a client of ours reads: a code for programs, a sentence for people in both languages.

The sentence says what to do, not only what went wrong. A key's part after the dot tells apart several
sentences of one code: ``bad_identity.expired`` has the code ``bad_identity``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

from bot.messages import Language


@dataclass(frozen=True)
class Problem:
    """What one error key means: HTTP status and its sentence in each language, with ``{placeholders}``."""

    status: int
    zh: str
    en: str


PROBLEMS: Mapping[str, Problem] = {
    # --- any route -------------------------------------------------------------------------
    "bad_json": Problem(
        400,
        "请求内容不是有效的 JSON 对象。请检查格式与 UTF-8 编码后重试。",
        "The request body is not a valid JSON object. Check its syntax and its UTF-8 encoding, then try again.",
    ),
    "bad_request.field": Problem(
        400, "字段“{field}”有误：应为{expected_zh}。", "Field “{field}” is wrong: it must be {expected_en}."
    ),
    "bad_request.websocket": Problem(
        400, "此地址只接受 WebSocket 连接。", "This address only takes WebSocket connections."
    ),
    "bad_request.http": Problem(400, "服务器无法理解该请求。", "The server could not understand the request."),
    "too_large": Problem(
        413,
        "请求内容过大，上限为 {limit} KB。请分几次发送。",
        "The request is larger than {limit} KB. Send it in parts.",
    ),
    "foreign_origin": Problem(
        403,
        "不接受来自该网站的请求。请网站管理员把它加入 KEFU_ALLOWED_ORIGINS。",
        "Requests from this site are not accepted. Its operator can add it to KEFU_ALLOWED_ORIGINS.",
    ),
    "foreign_origin.desk": Problem(
        403,
        "客服工作台只接受来自自身页面的请求。如经反向代理访问，请让代理转发 Host，或设置 KEFU_TRUSTED_PROXIES。",
        "The desk only takes requests from its own pages. Behind a proxy, let it pass the Host header on, or set "
        "KEFU_TRUSTED_PROXIES.",
    ),
    "not_found": Problem(404, "没有这个地址。", "There is nothing at this address."),
    "method_not_allowed": Problem(405, "此地址不支持该请求方法。", "This address does not take that request method."),
    "slow_down": Problem(
        429, "发送得太快了，请在 {seconds} 秒后再试。", "That was too fast. Please try again in {seconds} seconds."
    ),
    "too_many_pages": Problem(
        429,
        "同时打开的聊天页面太多了，请关掉几个。消息照常收发，只是会慢几秒。",
        "Too many pages are open at once; please close some. Messages still come and go, a few seconds later.",
    ),
    "trouble": Problem(
        500, "服务器出了点问题，请稍后重发。", "Something went wrong on our side. Please send it again in a moment."
    ),
    "metrics_token": Problem(
        401,
        "读取指标需要令牌：Authorization: Bearer，后接 KEFU_METRICS_TOKEN 的值。",
        "Metrics are read with a token: Authorization: Bearer, then the value of KEFU_METRICS_TOKEN.",
    ),
    "metrics_closed": Problem(
        403,
        "指标只能在本机读取。要从别处读取，请设置 KEFU_METRICS_TOKEN。",
        "Metrics are read on this machine only. To read them from elsewhere, set KEFU_METRICS_TOKEN.",
    ),
    "export_gone": Problem(
        404,
        "这个下载链接不正确，或者已经过期。请回到对话里重新申请导出。",
        "This link is not right, or it has run out. Ask for a new copy of your data in the chat.",
    ),
    # --- web channel -----------------------------------------------------------------------
    "unknown_session": Problem(
        401, "会话不存在或已失效，请重新开始会话。", "This session is unknown or has ended. Please start a new one."
    ),
    "bad_identity.unset": Problem(
        401,
        "本服务未启用客户身份验证（未设置 KEFU_IDENTITY_SECRET）。请不带 identity 重试。",
        "This service does not check customers' identity (KEFU_IDENTITY_SECRET is unset). Try without identity.",
    ),
    "bad_identity.expired": Problem(
        401,
        "身份凭证已过期，请刷新页面或重新登录。",
        "The identity token has expired. Reload the page or sign in again.",
    ),
    "bad_identity.exp": Problem(
        401, "身份凭证缺少有效期（exp）。", "The identity token has no expiry time (exp). The shop's site must set one."
    ),
    "bad_identity.sub": Problem(
        401, "身份凭证缺少有效的客户编号（sub）。", "The identity token has no usable customer number (sub)."
    ),
    "bad_identity.signature": Problem(
        401,
        "身份凭证无法验证：须为以 KEFU_IDENTITY_SECRET 签名的 HS256 JWT。",
        "The identity token cannot be verified: it must be an HS256 JWT signed with KEFU_IDENTITY_SECRET.",
    ),
    "empty_message": Problem(
        400, "消息是空的，请输入内容再发送。", "The message is empty. Please write something first."
    ),
    "too_long": Problem(
        413,
        "消息太长，上限为 {limit} 个字。请分几次发送。",
        "The message is longer than {limit} characters. Send it in parts.",
    ),
    "unknown_payload": Problem(
        400,
        "这个按钮不属于当前会话，请直接输入您的问题。",
        "That button does not belong to this conversation. Please type instead.",
    ),
    "unknown_attachment": Problem(
        400,
        "没有找到这个文件，请重新发送。",
        "That file is not here, or no longer. Please send it again.",
    ),
    "unsupported_file": Problem(
        415,
        "不支持这种文件。可以发图片（JPG、PNG、GIF、WebP、HEIC）、MP4 视频或 PDF。",
        "This kind of file cannot be sent. Pictures (JPG, PNG, GIF, WebP, HEIC), MP4 videos and PDF can.",
    ),
    "file_too_large": Problem(
        413,
        "文件太大，上限为 {limit} MB。请压缩后再发，或改发截图。",
        "The file is larger than {limit} MB. Please send a smaller one, or a screenshot.",
    ),
    "empty_file": Problem(400, "文件是空的，请重新选择。", "The file is empty. Please choose it again."),
    "too_slow": Problem(408, "上传时间太长，请在网络好一些时重试。", "The upload took too long. Please try again."),
    "too_many_files": Problem(
        429,
        "发送的文件太多了，请在 {seconds} 秒后再试。",
        "That is a lot of files at once. Please go on in {seconds} seconds.",
    ),
    "bad_email": Problem(
        400, "邮箱地址不正确，请检查后再试。", "That doesn't look like an e-mail address. Please check it."
    ),
    "nothing_said": Problem(409, "还没有对话内容可以发送。", "There is nothing to send yet."),
    "too_many_mails": Problem(
        429,
        "发送次数太多了，请在 {minutes} 分钟后再试，或直接下载。",
        "That was sent several times already. Please try again in {minutes} minutes, or download it.",
    ),
    "mail_failed": Problem(
        502,
        "邮件没有发出去，请稍后再试，或直接下载。",
        "The e-mail could not be sent. Please try later, or download it.",
    ),
    "no_mail": Problem(404, "本店没有开通邮件发送，请直接下载。", "E-mail is not set up here. Please download it."),
    # --- platforms -------------------------------------------------------------------------
    "refused_callback": Problem(
        403,
        "回调未通过校验。请核对控制台与本服务的设置是否一致、服务器时间是否准确。",
        "This call-back was not accepted. Check that the console and our settings agree, and the server's clock.",
    ),
    # --- desk ------------------------------------------------------------------------------
    "bad_login": Problem(401, "用户名或密码不正确。", "The user name or the password is wrong."),
    "too_many_attempts": Problem(
        429, "登录尝试过多，请在 {seconds} 秒后再试。", "Too many attempts to log in. Try again in {seconds} seconds."
    ),
    "not_logged_in": Problem(
        401, "登录已失效，请重新登录。", "You are not logged in, or no longer. Please log in again."
    ),
    "bad_csrf": Problem(
        403,
        "请求未通过安全校验，请刷新页面后重试。",
        "The request failed a security check. Reload the page and try again.",
    ),
    "unknown_conversation": Problem(404, "没有这个会话。", "There is no such conversation."),
    "owner_changed": Problem(
        409,
        "该会话刚被他人处理，已为您刷新。",
        "Somebody else was faster with this conversation. It has been reloaded.",
    ),
    "file_refused.type": Problem(
        415,
        "客户所在的渠道收不了这种文件。可以发：{types}。",
        "The customer's channel does not take this kind of file. It takes: {types}.",
    ),
    "file_refused.size": Problem(
        413,
        "文件太大，客户所在的渠道最多收 {limit} MB。",
        "The file is too large: the customer's channel takes up to {limit} MB.",
    ),
    "unknown_agent": Problem(400, "没有这位客服：{agent}。", "There is no agent named {agent}."),
    "unknown_order": Problem(400, "没有这个订单：{order_number}。", "There is no order {order_number}."),
}


@dataclass
class ApiError(Exception):
    """A refusal of a request. ``key`` is one of ``PROBLEMS``; ``details`` fill its placeholders."""

    key: str
    details: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.key.partition(".")[0]

    @property
    def status(self) -> int:
        return PROBLEMS[self.key].status

    def sentence(self, language: Language) -> str:
        problem = PROBLEMS[self.key]
        return (problem.zh if language == "zh" else problem.en).format(**self.details)

    def response(self, language: Language) -> web.Response:
        body = {"error": {"code": self.code, "message": self.sentence(language)}}
        return web.json_response(body, status=self.status, headers=dict(self.headers))


def wrong_field(name: str, expected_zh: str, expected_en: str) -> ApiError:
    """A field of the request is missing or has the wrong type."""
    return ApiError("bad_request.field", {"field": name, "expected_zh": expected_zh, "expected_en": expected_en})


def wait_first(key: str, seconds: float) -> ApiError:
    """A limit was reached; ``Retry-After`` tells programs how long to wait, in whole seconds."""
    whole = max(1, int(seconds + 0.999))
    return ApiError(key, {"seconds": whole}, {"Retry-After": str(whole)})
