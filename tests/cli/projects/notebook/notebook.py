#!/usr/bin/env python
# coding: utf-8
# In[1]:
get_ipython().run_line_magic("matplotlib", "inline")
from sklearn.linear_model import LogisticRegression
from sklearn.datasets import load_iris

# In[2]:
X, y = load_iris(return_X_y=True)
clf = LogisticRegression(max_iter=200).fit(X, y)
score = clf.score(X, y)
display(score)
