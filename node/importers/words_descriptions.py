"""Words for what can be wrong with descriptions (TOML): packs, products, libraries; part of the table in `words`.

`reason` is the method's own sentence about the entry.
"""

from __future__ import annotations

Three = tuple[str, str, str]
"""What was found, what is expected, what to do."""

DESCRIPTION_PROBLEMS: dict[str, tuple[Three, Three]] = {
    "toml-encoding": (
        ("bytes that are not UTF-8", "TOML in UTF-8", "Save the file as UTF-8"),
        ("不是 UTF-8 的内容", "UTF-8 编码的 TOML", "用 UTF-8 编码保存"),
    ),
    "toml-malformed": (
        ("malformed TOML ({reason})", "TOML", "Correct the line named"),
        ("格式有误的 TOML（{reason}）", "TOML", "更正所说的那一行"),
    ),
    "toml-nested": (
        ("TOML nested too deeply", "plain tables", "Write the file anew"),
        ("嵌套过深的 TOML", "普通的表", "重新写一份"),
    ),
    "bill-no-table": (
        ("no bill of materials",
         "a header row with 物料项 Item, 产品代码 Product, 数量 Quantity, 单位 Unit, or a pack.toml",
         "Name the columns so, in Chinese or in English, and upload the file again"),
        ("没有物料清单", "带表头的一行：物料项 Item、产品代码 Product、数量 Quantity、单位 Unit，或 pack.toml",
         "把列名改成这样（中文或英文都行），再上传一次"),
    ),
    "bill-other-models": (
        ("models {models}", "one of code {model}, into which the file is taken", "Upload it on the page of all models"),
        ("型号 {models}", "代码为 {model} 的型号（文件要放进该型号）", "请在“型号”页上传"),
    ),
    "pack-unreadable": (
        ("a pack that cannot be read", "{reason}", "Correct the entry named"),
        ("读不了的电池包描述", "：{reason}", "更正所说的那一项"),
    ),
    "product-unreadable": (
        ("a product that cannot be read", "{reason}", "Correct the entry named"),
        ("读不了的产品描述", "：{reason}", "更正所说的那一项"),
    ),
    "factor-unreadable": (
        ("a factor that cannot be read", "{reason}", "Correct the entry"),
        ("读不了的因子", "：{reason}", "更正这一条"),
    ),
    "category-unreadable": (
        ("a category that cannot be read", "{reason}", "Correct the entry"),
        ("读不了的类别", "：{reason}", "更正这一条"),
    ),
    "code-twice": (
        ("a second {code}", "each code once", "Remove one"),
        ("第二个 {code}", "每个代码只出现一次", "删掉一条"),
    ),
    "entries-misshapen": (
        ("a file of another shape ({reason})", "entries of [[{name}]]", "Write entries as [[{name}]]"),
        ("结构不对的文件（{reason}）", "一条条 [[{name}]]", "按 [[{name}]] 逐条写"),
    ),
    "item-misfit": (
        ("item {item}", "{reason}", "Correct the entry in the bill of materials"),
        ("物料 {item}", "：{reason}", "更正物料清单里的这一项"),
    ),
    "part-without-mass": (
        ("a part without a mass", "{reason}", 'Set part_of to "" for it'),
        ("没有质量的部件", "：{reason}", '把它的 part_of 改成 ""'),
    ),
    "item-category": (
        ("category {category} of item {item}", "a published category", "Correct it"),
        ("物料 {item} 的类别 {category}", "已发布的类别", "更正类别"),
    ),
    "item-stage": (
        ("item {item} in stage {stage}", "a stage of category {category}: {stages}", "Correct the stage"),
        ("物料 {item} 放在阶段 {stage}", "类别 {category} 的阶段：{stages}", "更正阶段"),
    ),
    "item-default": (
        ("item {item} with default factor {factor}", "the code of a factor of the library", "Correct default_factor"),
        ("物料 {item} 的默认因子 {factor}", "因子库里有的代码", "更正 default_factor"),
    ),
    "leg-twice": (
        ("one journey claimed by two suppliers", "each journey once", "{reason}"),
        ("两家供应商申报了同一趟运输", "每趟运输只算一次", "各家只报自己发出的运输：{reason}"),
    ),
    "item-product": (
        ("item {item} asks for product {product} of category {category}",
         "product {other} of category {other_category}, as {supplier} describes it",
         "Correct the bill of materials, or the supplier's folder that it names"),
        ("物料 {item} 要的是产品 {product}，类别 {category}", "{supplier} 所描述的产品 {other}，类别 {other_category}",
         "更正物料清单，或它所指的供应商文件夹"),
    ),
    "cannot-calculate": (
        ("a calculation that cannot be made", "{reason}", "Choose another method or boundary"),
        ("做不了的核算", "：{reason}", "换一个方法或边界"),
    ),
    "pack-cannot-be-calculated": (
        ("a pack that cannot be calculated", "{reason}", "Correct the entry named"),
        ("算不了的电池包", "：{reason}", "更正所说的那一项"),
    ),
}  # fmt: skip
