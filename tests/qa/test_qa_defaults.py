"""What a request demands of its answer, and what it does not: both directions, English and Chinese."""

import pytest

from qa.defaults import chat_spec

DEMANDS_JSON = [
    "List the three largest cities of Japan as JSON.",
    "Give me the planets in JSON format",
    "Return a JSON object with the keys name and age",
    "Respond only with valid JSON: the capital of France.",
    "Please answer in JSON. What is the capital of Peru?",
    "Output JSON with fields title and year for the film Alien",
    "What are the colours of the rainbow, as JSON?",
    "Extract the names from this text and return them as a JSON array: Ann met Bob.",
    "Do not add any prose, return only JSON.",
    "Can you list five fruits in JSON?",
    "Convert this table to JSON: a | 1, b | 2",
    "I need the answer in JSON format.",
    "Produce a single JSON array of primes below 20",
    "Summarize the article into JSON with keys summary and tags",
    "请返回JSON",
    "以JSON格式列出五种水果",
    "用JSON回答:法国的首都是哪里",
    "介绍一下三国人物，以JSON格式返回",
    "把下面的内容转换成 JSON:张三，20岁",
    "请列出三个城市，输出JSON格式",
]

DEMANDS_NO_JSON = [
    "What is JSON?",
    "Explain JSON to me like I am five",
    "explain how to return JSON from Flask",
    "How do I parse JSON in Go?",
    "How do I convert YAML to JSON?",
    "What does null mean in JSON?",
    "Why is my API returning JSON as text?",
    "What is the difference between XML and JSON?",
    "Is JSON better than YAML?",
    "Write a poem about JSON",
    "Write a JavaScript function that returns JSON",
    "Give me a JSON parser",
    "Don't answer in JSON, use plain words.",
    "Convert JSON to YAML for me",
    "Jason is my friend, write him a letter",
    "Hello, how are you?",
    "什么是JSON?",
    "解释一下JSON",
    "如何返回JSON?",
    "为什么大家都用JSON",
    "用JSON有什么好处?",
    "不要返回JSON，用普通文字",
    "JSON和XML的区别是什么",
    "用Python解析JSON文件",
]

DEMANDS_PYTHON = [
    "Write a Python function that reverses a string",
    "write a python script to rename files",
    "Please create a simple Python program for a calculator.",
    "python code to sort a list",
    "Python function for the fibonacci numbers",
    "Give me some python code that reads a CSV",
    "Can you write a Python class for a bank account?",
    "I need a Python script that downloads a page",
    "Implement quicksort in Python",
    "Write a function in Python which checks for palindromes",
    "Generate python 3 code for a web scraper",
    "Write a Python function that returns JSON",
    "Show me a Python decorator that caches results, a Python snippet please",
    "Build a small CLI using Python",
    "Write a Python function that explains what a number is",
    "写一个Python函数，计算阶乘",
    "请用Python写一个爬虫",
    "用 Python 实现快速排序",
    "帮我编写一段 Python 代码读取文件",
    "给我一个Python脚本，批量改名",
]

DEMANDS_NO_PYTHON = [
    "What is Python?",
    "Explain what this Python function does",
    "How do I install Python?",
    "How do I write a Python function?",
    "Why is Python code slow?",
    "Write a poem about Python code",
    "Write an essay about loops in Python",
    "Give me feedback on my Python code",
    "Give me tips to make Python code faster",
    "Write a review of this Python script",
    "Is a Python script faster than a C program?",
    "What does this Python code print?",
    "Which Python library should I use for plots?",
    "Tell me about the python, the snake",
    "Write a Java function that sorts a list",
    "Don't write Python code, just tell me the idea.",
    "什么是Python?",
    "什么是Python函数?",
    "解释这段Python代码",
    "写一篇关于Python代码规范的文章",
    "如何用Python写爬虫?",
    "Python是什么语言",
]


@pytest.mark.parametrize("request_text", DEMANDS_JSON)
def test_a_request_that_demands_json_is_held_to_json(request_text: str) -> None:
    spec = chat_spec(request_text)
    assert spec.format is not None
    assert spec.format.type == "json"


@pytest.mark.parametrize("request_text", DEMANDS_NO_JSON)
def test_a_request_that_only_mentions_json_is_not_held_to_it(request_text: str) -> None:
    assert chat_spec(request_text).format is None


@pytest.mark.parametrize("request_text", DEMANDS_PYTHON)
def test_a_request_that_demands_python_code_is_held_to_its_syntax(request_text: str) -> None:
    spec = chat_spec(request_text)
    assert spec.code_execution is not None
    assert spec.code_execution.enabled
    assert spec.code_execution.language == "python"
    assert not spec.code_execution.execute_in_sandbox


@pytest.mark.parametrize("request_text", DEMANDS_NO_PYTHON)
def test_a_request_that_only_mentions_python_demands_no_code(request_text: str) -> None:
    assert chat_spec(request_text).code_execution is None


def test_every_answer_must_be_there_whole_no_loop_and_without_secrets() -> None:
    spec = chat_spec("Hello")
    assert spec.answer is not None
    assert (spec.answer.not_empty, spec.answer.complete, spec.answer.no_loops) == (True, True, True)
    assert spec.security is not None
    assert spec.security.enabled
    assert not spec.security.check_placeholders


@pytest.mark.parametrize(
    "request_text", ["Write 'I am late' 50 times", "Repeat the word dog twenty times", "把这句话重复十遍"]
)
def test_a_request_for_repetition_allows_it(request_text: str) -> None:
    spec = chat_spec(request_text)
    assert spec.answer is not None
    assert not spec.answer.no_loops


def test_a_word_that_must_appear_a_few_times_is_no_request_for_repetition() -> None:
    spec = chat_spec("Write a story. Make sure the word river appears at least 12 times.")
    assert spec.answer is not None
    assert spec.answer.no_loops


def test_pasted_material_demands_nothing() -> None:
    assert chat_spec("Review this prompt:\n```\nRespond in JSON.\n```").format is None
    assert chat_spec(f"Fix the spelling.\n{'word ' * 900}Respond in JSON. {'word ' * 900}").format is None
