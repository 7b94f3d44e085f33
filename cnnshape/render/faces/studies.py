"""The faces of studies. Each is that of the command's own module."""

from cnnshape.render import compare, device, explain, memory, reconcile, rf, sizes, sweep, sweep_tables, training
from cnnshape.render.faces.face import Face, parsed
from cnnshape.render.formats import Page

FACES = {
    "Comparison": Face(compare.plain, compare.to_html, parsed(compare.to_json), compare.sides_table),
    "Explanation": Face(
        lambda explained: explain.explanation(explained, Page()),
        explain.explanation_html,
        parsed(explain.explanation_json),
        explain.facts_table,
    ),
    "SizeChain": Face(
        lambda chain: explain.size_chain(chain, Page()),
        explain.chain_html,
        parsed(explain.chain_json),
        explain.steps_table,
    ),
    "Trace": Face(rf.plain, rf.to_html, parsed(rf.to_json), rf.stages_table),
    "Region": Face(rf.region_text, rf.region_html, parsed(rf.region_json), rf.spans_table),
    "SizeStudy": Face(
        lambda study: sizes.plain(study.name, study.axes, study.costs),
        sizes.to_html,
        parsed(lambda study: sizes.to_json(study.name, study.axes, study.costs)),
        lambda study: sizes.costs_table(study.costs),
    ),
    "Sweep": Face(
        lambda result: sweep.to_text(result, Page()), sweep.to_html, parsed(sweep.to_json), sweep_tables.rows_table
    ),
    "Memory": Face(memory.plain, memory.to_html, parsed(memory.to_json), memory.steps_table),
    "Deployment": Face(device.device_text, device.to_html, parsed(device.device_json), device.operations_table),
    "Training": Face(training.training_text, training.to_html, parsed(training.training_json), training.kept_table),
    "Reconciliation": Face(reconcile.plain, reconcile.to_html, parsed(reconcile.to_json), reconcile.counts_table),
}
